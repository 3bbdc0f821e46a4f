namespace Arm64MmioDecode.Handling;

/// <summary>How the handling of an exit ended, and so what the hypervisor does next.</summary>
public enum ExitStatus : byte
{
    /// <summary>Not ended: transactions with devices are outstanding, or the commit is.</summary>
    Pending = 0,

    /// <summary>The instruction is done and PC is behind it: re-enter the guest.</summary>
    Completed,

    /// <summary>
    /// Part of a memory copy or set is done and its registers say so; PC still points at it: re-enter the guest, which executes
    /// the rest.
    /// </summary>
    Continue,

    /// <summary>
    /// What is at PC now does not explain this exit, usually because another vCPU has changed code or page tables in the meantime.
    /// Nothing has changed: re-enter the guest, which executes what is there. <see cref="RetryLimit"/> bounds repetitions.
    /// </summary>
    Retry,

    /// <summary>
    /// The guest takes an exception, <see cref="ExitOutcome.Fault"/>. No register has changed: write the exception's registers
    /// (<see cref="Exceptions.AArch64ExceptionEntry"/>, <see cref="Exceptions.AArch32ExceptionEntry"/>) and re-enter the guest.
    /// </summary>
    GuestFault,

    /// <summary>
    /// The abort is not about an access that the instruction makes for itself, so that emulating it is no answer:
    /// <see cref="ExitOutcome.Class"/> and <see cref="ExitOutcome.Action"/> say what it is about and what to do.
    /// </summary>
    NotInstructionAccess,

    /// <summary>The library cannot complete it: <see cref="ExitOutcome.Reason"/>. Nothing has changed.</summary>
    NotEmulated,

    /// <summary>
    /// The vCPU's state is not the one that the exit began with any more: the embedder said so (<see cref="ExitHandler.Abandon"/>), PC
    /// is another one, or a device threw an exception. No register has changed, though transactions may have been performed:
    /// re-enter the guest where it is now.
    /// </summary>
    Abandoned,
}
