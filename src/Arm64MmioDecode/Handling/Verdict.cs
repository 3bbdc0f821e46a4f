namespace Arm64MmioDecode.Handling;

/// <summary>
/// What a step of the handling found: to go on (the default value), or how the exit ends. Two bytes, which travel in a register
/// where the whole <see cref="ExitOutcome"/> would be copied through memory at each step.
/// </summary>
internal readonly struct Verdict
{
    private Verdict(ExitStatus status, ExitReason reason)
    {
        Status = status;
        Reason = reason;
    }

    public static Verdict GoOn => default;

    /// <summary>Ends as <see cref="ExitHandler"/> has already said.</summary>
    public static Verdict Concluded => new(ExitStatus.NotInstructionAccess, ExitReason.None);

    public ExitStatus Status { get; }

    public ExitReason Reason { get; }

    public bool IsGoOn => Status == ExitStatus.Pending;

    public static Verdict Retry(ExitReason reason) => new(ExitStatus.Retry, reason);

    public static Verdict NotEmulated(ExitReason reason) => new(ExitStatus.NotEmulated, reason);

    /// <summary>The guest takes a fault, which the handler has noted.</summary>
    public static Verdict GuestFault(ExitReason reason) => new(ExitStatus.GuestFault, reason);
}
