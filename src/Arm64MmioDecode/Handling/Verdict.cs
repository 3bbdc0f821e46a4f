namespace Arm64MmioDecode.Handling;

/// <summary>
/// What a step of the handling found: to go on (the default value), or how the exit ends. One number, which travels in a register
/// where the whole <see cref="ExitOutcome"/> would be copied through memory at each step.
/// </summary>
internal readonly struct Verdict
{
    // Status, reason << 8.
    private readonly uint _value;

    private Verdict(ExitStatus status, ExitReason reason) => _value = (uint)status | ((uint)reason << 8);

    public static Verdict GoOn => default;

    /// <summary>The access has been performed.</summary>
    public static Verdict Completed => new(ExitStatus.Completed, ExitReason.None);

    /// <summary>A part of it has.</summary>
    public static Verdict Continue => new(ExitStatus.Continue, ExitReason.None);

    /// <summary>The vCPU was given another state meanwhile.</summary>
    public static Verdict Abandoned => new(ExitStatus.Abandoned, ExitReason.None);

    /// <summary>The abort is about something else; the handler has noted what, and what to do.</summary>
    public static Verdict NotInstructionAccess => new(ExitStatus.NotInstructionAccess, ExitReason.None);

    public ExitStatus Status => (ExitStatus)(byte)_value;

    public ExitReason Reason => (ExitReason)(byte)(_value >> 8);

    public bool IsGoOn => Status == ExitStatus.Pending;

    public static Verdict Retry(ExitReason reason) => new(ExitStatus.Retry, reason);

    public static Verdict NotEmulated(ExitReason reason) => new(ExitStatus.NotEmulated, reason);

    /// <summary>The guest takes a fault, which the handler has noted.</summary>
    public static Verdict GuestFault(ExitReason reason) => new(ExitStatus.GuestFault, reason);
}
