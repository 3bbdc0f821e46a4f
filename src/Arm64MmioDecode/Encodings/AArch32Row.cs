namespace Arm64MmioDecode.Encodings;

/// <summary>The eight 64-bit words of one row of the compiled A32 and T32 tables. A 16-bit instruction is in bits 31:16 of the word.</summary>
internal static class AArch32Row
{
    /// <summary>Words of a row. The first is the mask of the fixed bits and, from bit 32, their values.</summary>
    public const int Words = 8;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Transfer = 1;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Addressing = 2;

    /// <summary>The bits of Rt, Rm, Rn, Rt2 and the condition, a byte each, that come from the word.</summary>
    public const int RegisterBits = 3;

    /// <summary>What is added to them.</summary>
    public const int RegisterConstants = 4;

    // Positions in bytes from the start of the row from here on. Sixteen bits: those of the immediate after its shift right,
    // those of a register list, and (A32) those of the word that are the shift of the index register.
    public const int ImmediateBits = 40;
    public const int ListBits = 42;
    public const int IndexShiftBits = 44;

    // Eight bits: those of the immediate's lower part, which is not shifted, and a shift right.
    public const int ImmediateLowerBits = 46;
    public const int ImmediateShift = 47;

    /// <summary>Regular rows: what the eight bits with Rt and Rn are multiplied by, so that each is in its byte; 32 bits.</summary>
    public const int Spread = 48;

    /// <summary>Regular T32 rows: the shift right of these eight bits.</summary>
    public const int SpreadShift = 52;

    /// <summary>Regular T32 rows: the shift right of Rm or Rt2.</summary>
    public const int OtherShift = 53;

    // Irregular rows: shifts right.
    public const int RtShift = 48;
    public const int RmShift = 49;
    public const int RnShift = 50;
    public const int Rt2Shift = 51;

    /// <summary>Irregular rows: the bits of a structure's lane after its shift right.</summary>
    public const int LaneBits = 54;

    /// <summary>What a word is that the row does not match: 1 for an unallocated one, 0 for no memory access, or <see cref="SeeIrregular"/>.</summary>
    public const int Rejected = 55;

    /// <summary>The row matches no word, but as many rows behind it as there are irregular ones is one that may.</summary>
    public const byte SeeIrregular = 2;

    /// <summary>By what the immediate or the number of registers in the list is multiplied; 32 bits.</summary>
    public const int Scale = 56;

    /// <summary>Irregular rows: what is added to the offset; sixteen bits, signed.</summary>
    public const int Offset = 60;

    /// <summary>Irregular rows: the shift right from the immediate to a number of vector registers.</summary>
    public const int ImmediateToRegisters = 62;

    /// <summary>Irregular rows: the shift right of a structure's lane.</summary>
    public const int LaneShift = 63;
}
