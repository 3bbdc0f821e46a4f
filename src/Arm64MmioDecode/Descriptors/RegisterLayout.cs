namespace Arm64MmioDecode.Descriptors;

/// <summary>Which data registers an encoding names, in transfer order.</summary>
internal enum RegisterLayout : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Rt, Rt + 1 …, modulo 32 (modulo 16 never wraps in AArch32 encodings).</summary>
    Consecutive,

    /// <summary>Rt, Rt2.</summary>
    Pair,

    /// <summary>Rs, Rt: the operand and the result of an atomic, or the comparand and the new value.</summary>
    OperandAndTarget,

    /// <summary>Rs, Rs + 1, Rt, Rt + 1 (CASP).</summary>
    OperandPairAndTargetPair,

    /// <summary>Rs alone: an atomic whose result is discarded (ST* forms that have no Rt).</summary>
    Operand,

    /// <summary>One bit for each of R0–R15 in opcode bits 15:0.</summary>
    ListOfSixteen,

    /// <summary>One bit for each of R0–R7 in opcode bits 7:0, and bit 8 for LR (PUSH) or PC (POP).</summary>
    ListOfEight,

    /// <summary>Rt, Rt + 2 …: every other register (VLD2–VLD4 with double spacing).</summary>
    EveryOther,

    /// <summary>Zt, Zt + 8 (SME2 strided pair).</summary>
    StrideEight,

    /// <summary>Zt, Zt + 4, Zt + 8, Zt + 12 (SME2 strided quad).</summary>
    StrideFour,

    /// <summary>Rd, Rs, Rn of a memory copy or set.</summary>
    MemoryCopyAndSet,

    /// <summary>Two pairs of every other register, interleaved: d, d + 2, then d + 1, d + 3 (VLD2 with four registers).</summary>
    TwoPairs,
}
