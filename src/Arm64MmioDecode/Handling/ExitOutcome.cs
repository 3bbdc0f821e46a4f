using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <summary>How the handling of an exit ended.</summary>
public readonly record struct ExitOutcome
{
    // Three words, which are returned in registers' width. _how, from the lowest byte: status, reason, class, action, why not emulated.
    private readonly ulong _how;
    private readonly ulong _faultAddress;
    private readonly ulong _fault;

    private const int ReasonShift = 8;
    private const int ClassShift = 16;
    private const int ActionShift = 24;
    private const int NotEmulatedShift = 32;

    internal ExitOutcome(ExitStatus status, ExitReason reason, DataAbortClass abortClass, ExitAction action, NotEmulatedReason notEmulatedReason, in EmulationFault fault)
    {
        _how = (byte)status | ((ulong)(byte)reason << ReasonShift) | ((ulong)(byte)abortClass << ClassShift) | ((ulong)(byte)action << ActionShift)
            | ((ulong)(byte)notEmulatedReason << NotEmulatedShift);
        _faultAddress = fault.Address;
        _fault = fault.Rest;
    }

    private ExitOutcome(ExitStatus status)
    {
        _how = (byte)status;
        _faultAddress = 0;
        _fault = 0;
    }

    /// <summary>How nearly all exits end.</summary>
    internal static ExitOutcome OfCompleted => new(ExitStatus.Completed);

    /// <summary>What the hypervisor does next.</summary>
    public ExitStatus Status => (ExitStatus)(byte)_how;

    /// <summary>Why.</summary>
    public ExitReason Reason => (ExitReason)(byte)(_how >> ReasonShift);

    /// <summary>What the abort is about, for <see cref="ExitStatus.NotInstructionAccess"/>.</summary>
    public DataAbortClass Class => (DataAbortClass)(byte)(_how >> ClassShift);

    /// <summary>What to do, for <see cref="ExitStatus.NotInstructionAccess"/>.</summary>
    public ExitAction Action => (ExitAction)(byte)(_how >> ActionShift);

    /// <summary>Why the plan refused the instruction, for <see cref="ExitReason.InstructionNotEmulated"/>.</summary>
    public NotEmulatedReason NotEmulatedReason => (NotEmulatedReason)(byte)(_how >> NotEmulatedShift);

    /// <summary>The exception for the guest, for <see cref="ExitStatus.GuestFault"/> and <see cref="ExitAction.InjectFault"/>.</summary>
    public EmulationFault Fault => new(_faultAddress, _fault);

    /// <summary>
    /// Whether the vCPU is to be re-entered with no more to do: the instruction is done, is to be executed again, or is no longer
    /// what the vCPU is at.
    /// </summary>
    public bool ReenterGuest => Status is ExitStatus.Completed or ExitStatus.Continue or ExitStatus.Retry or ExitStatus.Abandoned;

    /// <summary>How the exit ended, and why: one clause for a log.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => OutcomeSentences.For(this);
}
