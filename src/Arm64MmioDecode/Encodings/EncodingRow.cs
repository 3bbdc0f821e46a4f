using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>The words of one row of a compiled table.</summary>
internal static class EncodingRow
{
    /// <summary>Words of a row.</summary>
    public const int Words = 12;

    /// <summary>Rows up to this one match every word; their number is the decode status.</summary>
    public const int LastCatchAll = 1;

    /// <summary>Two words that are copied into the descriptor.</summary>
    public const int Transfer = 6;

    /// <summary>Two words that are copied into the descriptor.</summary>
    public const int Addressing = 8;

    /// <summary>Selects the bits of the immediate after the shifts; all ones for a signed one.</summary>
    public const int ImmediateMask = 10;

    /// <summary>Shift left (5 bits), arithmetic shift right (5), scale (6), variant (8), signed constant (8).</summary>
    public const int ImmediateShape = 11;

    /// <summary>Whether the row's fixed bits match and none of its rejected field values does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(ref uint row, uint opcode) =>
        (opcode & row) == Unsafe.Add(ref row, 1)
        & (opcode & Unsafe.Add(ref row, 2)) != Unsafe.Add(ref row, 3)
        & (opcode & Unsafe.Add(ref row, 4)) != Unsafe.Add(ref row, 5);
}
