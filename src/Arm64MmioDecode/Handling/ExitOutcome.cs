using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <summary>How the handling of an exit ended.</summary>
public readonly record struct ExitOutcome
{
    internal ExitOutcome(ExitStatus status, ExitReason reason, DataAbortClass abortClass, ExitAction action, NotEmulatedReason notEmulatedReason)
    {
        Status = status;
        Reason = reason;
        Class = abortClass;
        Action = action;
        NotEmulatedReason = notEmulatedReason;
    }

    internal ExitOutcome(in ExitOutcome outcome, in EmulationFault fault)
    {
        this = outcome;
        Fault = fault;
    }

    /// <summary>What the hypervisor does next.</summary>
    public ExitStatus Status { get; }

    /// <summary>Why.</summary>
    public ExitReason Reason { get; }

    /// <summary>What the abort is about, for <see cref="ExitStatus.NotInstructionAccess"/>.</summary>
    public DataAbortClass Class { get; }

    /// <summary>What to do, for <see cref="ExitStatus.NotInstructionAccess"/>.</summary>
    public ExitAction Action { get; }

    /// <summary>Why the plan refused the instruction, for <see cref="ExitReason.InstructionNotEmulated"/>.</summary>
    public NotEmulatedReason NotEmulatedReason { get; }

    /// <summary>The exception for the guest, for <see cref="ExitStatus.GuestFault"/> and <see cref="ExitAction.InjectFault"/>.</summary>
    public EmulationFault Fault { get; }

    /// <summary>
    /// Whether the vCPU is to be re-entered with no more to do: the instruction is done, is to be executed again, or is no longer
    /// what the vCPU is at.
    /// </summary>
    public bool ReenterGuest => Status is ExitStatus.Completed or ExitStatus.Continue or ExitStatus.Retry or ExitStatus.Abandoned;

    /// <summary>How the exit ended, and why: one clause for a log.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => OutcomeSentences.For(this);
}
