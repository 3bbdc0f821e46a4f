namespace Arm64MmioDecode.Emulation;

/// <summary>The exception that the guest should take.</summary>
public enum FaultReason : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A data abort (EC 0x24 or 0x25) with <see cref="EmulationFault.StatusCode"/> as DFSC.</summary>
    DataAbort,

    /// <summary>An Undefined Instruction exception (EC 0).</summary>
    UndefinedInstruction,

    /// <summary>An SP alignment fault (EC 0x26).</summary>
    StackPointerAlignment,

    /// <summary>A pointer authentication failure (EC 0x1C, FEAT_FPAC): bit 0 of <see cref="EmulationFault.Syndrome"/> tells key B.</summary>
    PointerAuthentication,

    /// <summary>A Memory Copy or Memory Set exception (EC 0x27, FEAT_MOPS), with <see cref="EmulationFault.Syndrome"/> as ISS.</summary>
    MemoryCopyOrSet,

    /// <summary>
    /// A Guarded Control Stack exception (EC 0x2D, FEAT_GCS): an entry is not what the instruction needs, with <see cref="EmulationFault.Syndrome"/> as ISS.
    /// </summary>
    GuardedControlStack,
}
