namespace Arm64MmioDecode.Descriptors;

/// <summary>How the index register is extended or shifted before it is added to the base.</summary>
public enum IndexExtend : byte
{
    /// <summary>There is no index register.</summary>
    None = 0,

    /// <summary>Logical shift left.</summary>
    Lsl,

    /// <summary>Zero-extended from 32 bits, then shifted left.</summary>
    Uxtw,

    /// <summary>Sign-extended from 32 bits, then shifted left.</summary>
    Sxtw,

    /// <summary>64-bit index in the SXTX form: the same address as <see cref="Lsl"/>.</summary>
    Sxtx,

    /// <summary>Logical shift right (AArch32).</summary>
    Lsr,

    /// <summary>Arithmetic shift right (AArch32).</summary>
    Asr,

    /// <summary>Rotate right (AArch32).</summary>
    Ror,

    /// <summary>Rotate right by one through the carry flag (AArch32).</summary>
    Rrx,
}
