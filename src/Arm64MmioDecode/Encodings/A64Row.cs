using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>The four 64-bit words of one row of the compiled A64 table.</summary>
internal static class A64Row
{
    /// <summary>Words of a row. The first is the mask of the fixed bits and, from bit 32, their values.</summary>
    public const int Words = 4;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Transfer = 1;

    /// <summary>A word that is copied into the descriptor.</summary>
    public const int Addressing = 2;

    /// <summary>
    /// From bit 0: shift left (5 bits), arithmetic shift right (5) and scale (6) of the immediate, and a signed constant that
    /// is added (16). From bit 32: bits of Rt (5), shift right for Rt2 (5); from bit 48 the bits of the immediate after the
    /// shifts, all ones for a signed one.
    /// </summary>
    public const int Operands = 3;

    /// <summary>Whether the row's fixed bits match.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(ulong row, uint opcode) => (opcode & (uint)row) == (uint)(row >> 32);
}
