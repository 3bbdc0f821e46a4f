namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Why an instruction does not access memory in the vCPU's present state (<see cref="EmulationStatus.Undefined"/>). A processor takes an
/// Undefined Instruction exception, or a trap to whoever manages SME (EC 0x1D).
/// </summary>
public enum UndefinedReason : byte
{
    /// <summary>It does, or nothing was attempted.</summary>
    None = 0,

    /// <summary>It needs Streaming SVE mode, and PSTATE.SM is 0: accesses of ZA tile slices, and of strided registers.</summary>
    NotStreaming,

    /// <summary>It accesses ZA or ZT0, and PSTATE.ZA is 0.</summary>
    ZaNotEnabled,

    /// <summary>It is not legal in Streaming SVE mode without FEAT_SME_FA64: gathers, scatters, first-fault and non-fault loads and some others.</summary>
    NotLegalInStreamingMode,

    /// <summary>It does not exist at the current vector length: LD1RO with vectors of 16 bytes.</summary>
    VectorLength,
}
