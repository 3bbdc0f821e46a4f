using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>The eight 64-bit words of one row of the compiled A32 and T32 tables.</summary>
internal static class AArch32Row
{
    /// <summary>Words of a row. The first four are masks and, from bit 32, values: of the fixed bits, and of three rejected field values.</summary>
    public const int Words = 8;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Transfer = 4;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Addressing = 5;

    /// <summary>
    /// From bit 0 the immediate: shift right (5 bits), mask after the shift (12), mask of a lower part (4), log2 of the scale
    /// (2), position of U (5), whether there is U (1). From bit 32: shift right for Rt, Rt2, Rn and Rm (5 bits each), whether
    /// the instruction has 16 bits (1), from bit 56 the variant.
    /// </summary>
    public const int Operands = 6;

    /// <summary>From bit 0 the bits of the four registers that come from the opcode, from bit 32 what is added to them.</summary>
    public const int Registers = 7;

    /// <summary>Whether the row's fixed bits match and none of its rejected field values does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(ref ulong row, uint opcode) =>
        Matches(row, opcode)
        & !Matches(Unsafe.Add(ref row, 1), opcode)
        & !Matches(Unsafe.Add(ref row, 2), opcode)
        & !Matches(Unsafe.Add(ref row, 3), opcode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Matches(ulong bits, uint opcode) => (opcode & (uint)bits) == (uint)(bits >> 32);
}
