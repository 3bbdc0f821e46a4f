namespace Arm64MmioDecode.Encodings;

/// <summary>The six 64-bit words of one row of the compiled A64 table.</summary>
internal static class A64Row
{
    /// <summary>Words of a row. The first is the mask of the fixed bits and, from bit 32, their values.</summary>
    public const int Words = 6;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Transfer = 1;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Addressing = 2;

    // Positions in bytes from the start of the row from here on. 32 bits each:

    /// <summary>The bits of Rt, Rm, Rn and Rt2, a byte each, that come from the opcode.</summary>
    public const int RegisterBits = 24;

    /// <summary>The bits of the immediate after its shifts; all ones for a signed one.</summary>
    public const int ImmediateBits = 28;

    /// <summary>By what the immediate is multiplied.</summary>
    public const int Scale = 32;

    /// <summary>What is added to it.</summary>
    public const int Constant = 36;

    // Eight bits each: the shift left of the immediate, then right (arithmetic), and the shift right of Rt2.
    public const int ImmediateLeft = 40;
    public const int ImmediateRight = 41;
    public const int Rt2Shift = 42;

    /// <summary>What a word is that the row does not match: 1 for an unallocated one, 0 for no memory access.</summary>
    public const int Rejected = 43;
}
