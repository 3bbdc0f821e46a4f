using System;

namespace Arm64MmioDecode.Descriptors;

/// <summary>
/// Why the architecture gives no valid instruction syndrome (ESR_ELx.ISV = 0) for a stage 2 data abort on an instruction
/// (Arm ARM, ESR_ELx, ISS encoding for an exception from a Data Abort, field ISV).
/// </summary>
[Flags]
public enum NoSyndromeReasons : uint
{
    /// <summary>The syndrome is valid.</summary>
    None = 0,

    /// <summary>The base register is written back.</summary>
    Writeback = 1 << 0,

    /// <summary>Two registers are transferred.</summary>
    Pair = 1 << 1,

    /// <summary>A list of registers or a structure of several registers is transferred.</summary>
    MultipleRegisters = 1 << 2,

    /// <summary>SIMD and floating-point registers are transferred.</summary>
    SimdAndFloatingPoint = 1 << 3,

    /// <summary>SVE registers are transferred.</summary>
    Sve = 1 << 4,

    /// <summary>SME registers are transferred.</summary>
    Sme = 1 << 5,

    /// <summary>A load exclusive or store exclusive.</summary>
    Exclusive = 1 << 6,

    /// <summary>An atomic read-modify-write or compare and swap.</summary>
    Atomic = 1 << 7,

    /// <summary>A prefetch, which never causes a data abort.</summary>
    Prefetch = 1 << 8,

    /// <summary>Cache maintenance by address.</summary>
    CacheMaintenance = 1 << 9,

    /// <summary>A block is set to zero.</summary>
    ZeroBlock = 1 << 10,

    /// <summary>Allocation Tags are accessed.</summary>
    Tag = 1 << 11,

    /// <summary>A memory copy or set.</summary>
    MemoryCopyOrSet = 1 << 12,

    /// <summary>The Guarded Control Stack is accessed.</summary>
    GuardedControlStack = 1 << 13,

    /// <summary>R15 is the source or destination (AArch32).</summary>
    ProgramCounter = 1 << 14,

    /// <summary>An AArch32 instruction that is not in the architecture's list: LDRD, STRD, LDC, RFE, SRS, TBB ….</summary>
    NotListed = 1 << 15,
}
