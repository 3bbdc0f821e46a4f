namespace Arm64MmioDecode.Emulation;

/// <summary>What to do with an instruction that the library does not emulate.</summary>
public enum UnsupportedPolicy : byte
{
    /// <summary>Report it (<see cref="EmulationStatus.NotEmulated"/>) and leave the choice to the caller.</summary>
    Report = 0,

    /// <summary>Raise a synchronous External abort, as KVM does for a guest whose memory it may not read.</summary>
    ExternalAbort,

    /// <summary>Raise an Undefined Instruction exception.</summary>
    Undefined,
}
