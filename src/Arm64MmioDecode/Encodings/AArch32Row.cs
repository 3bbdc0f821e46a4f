using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>The eight 64-bit words of one row of the compiled A32 and T32 tables.</summary>
internal static class AArch32Row
{
    /// <summary>Words of a row. The first two are masks and, from bit 32, values: of the fixed bits, and of a rejected field value. The last one is not used.</summary>
    public const int Words = 8;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Transfer = 2;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Addressing = 3;

    /// <summary>
    /// From bit 0 the immediate: shift right (5 bits), mask of a lower part (4), log2 of the scale (2), position of U (5),
    /// whether there is U (1), and from bit 20 the mask after the shift. From bit 32: shift right for Rt, Rt2, Rn and Rm (5
    /// bits each), whether the instruction has 16 bits (1).
    /// </summary>
    public const int Operands = 4;

    /// <summary>From bit 0 the bits of the four registers that come from the opcode, from bit 32 what is added to them.</summary>
    public const int Registers = 5;

    /// <summary>
    /// From bit 0 the register list's bits of the opcode (16 bits), what is added to the offset (16, signed), and what is
    /// added for each register of a list (8, signed). From bit 40 a field that is copied into <see cref="Addressing"/>: shift
    /// right (5), mask after the shift (5), shift left (6). From bit 56 the shift from the immediate to a number of registers.
    /// </summary>
    public const int Amounts = 6;

    /// <summary>Whether the row's fixed bits match and its rejected field value does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(ref ulong row, uint word) =>
        Matches(row, word) && !Matches(Unsafe.Add(ref row, 1), word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Matches(ulong bits, uint word) => (word & (uint)bits) == (uint)(bits >> 32);
}
