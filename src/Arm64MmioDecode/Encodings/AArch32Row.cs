using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>The words of one row of the compiled A32 and T32 tables.</summary>
internal static class AArch32Row
{
    /// <summary>Words of a row.</summary>
    public const int Words = 16;

    /// <summary>Two words that are copied into the descriptor.</summary>
    public const int Transfer = 8;

    /// <summary>Two words that are copied into the descriptor.</summary>
    public const int Addressing = 10;

    /// <summary>The immediate: shift right (5 bits), mask after the shift (12), mask of a lower part (4), log2 of the scale (2), position of U (5), whether there is U (1).</summary>
    public const int Immediate = 12;

    /// <summary>Shift right for Rt, Rt2, Rn and Rm (5 bits each), whether the instruction has 16 bits (1), from bit 24 the variant.</summary>
    public const int Registers = 13;

    /// <summary>The bits of the four registers that come from the opcode.</summary>
    public const int RegisterMask = 14;

    /// <summary>What is added to the four registers.</summary>
    public const int RegisterConstants = 15;

    /// <summary>Whether the row's fixed bits match and none of its rejected field values does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(ref uint row, uint opcode) =>
        (opcode & row) == Unsafe.Add(ref row, 1)
        & (opcode & Unsafe.Add(ref row, 2)) != Unsafe.Add(ref row, 3)
        & (opcode & Unsafe.Add(ref row, 4)) != Unsafe.Add(ref row, 5)
        & (opcode & Unsafe.Add(ref row, 6)) != Unsafe.Add(ref row, 7);
}
