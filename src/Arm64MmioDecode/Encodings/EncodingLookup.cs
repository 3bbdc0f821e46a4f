using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>
/// The way from a word to the one row of a table that can match it: its upper bits select a block, in which a multiplication
/// gathers the lower bits that matter in the number of a cell. Nothing is tried in turn, so no branch depends on the encoding.
/// </summary>
/// <remarks>
/// A cell holds the place of its row: the index of the row's first word. The table compiler makes a block for each value of the upper
/// bits, as many cells for it as the shift leaves numbers, and places of rows alone: no index below can leave its table.
/// </remarks>
internal static class EncodingLookup
{
    private const int A64LowBits = 21;
    private const int AArch32LowBits = 20;

    // The lowest bit of Rm in A64 and of Rn in AArch32, of which all ones are often another instruction: a one is added to it,
    // and the carry is a bit of the key.
    private const uint Field = 1 << 16;

    // A block: shift right (5 bits), early bits (A32; from bit 5), from bit 10 the bits of the key that matter; from bit 32 the multiplier and the first cell.
    private const uint KeyMask = 0xFFFFFC00;
    private const uint EarlyMask = 15 << 5;
    private const int MultiplierShift = 32;
    private const int FirstCellShift = 48;

    /// <summary>The block of an A64 word; 0 when none of its words accesses memory or is unallocated. That is soon said of most words of a program.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong A64Block(uint opcode) => Unsafe.Add(ref MemoryMarshal.GetReference(A64Table.Blocks), (nint)(opcode >> A64LowBits));

    /// <summary>The block of an A32 word, which <see cref="IsOther"/> may tell to be no memory access and not unallocated.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong A32Block(uint opcode) => Unsafe.Add(ref MemoryMarshal.GetReference(A32Table.Blocks), (nint)(opcode >> AArch32LowBits));

    /// <summary>Whether an A32 word lacks one of the bits 7:4 that all words of ours in its block have; almost always so when there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOther(ulong a32Block, uint opcode) => ((uint)a32Block & ~(opcode << 1) & EarlyMask) != 0;

    /// <summary>The block of a T32 instruction, with its first halfword in bits 31:16; 0 as in <see cref="A64Block"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong T32Block(uint word) => Unsafe.Add(ref MemoryMarshal.GetReference(T32Table.Blocks), (nint)(word >> AArch32LowBits));

    /// <summary>The place of the row of an A64 word in the table's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint A64Row(ulong block, uint opcode) => Row(block, A64Table.Cells, opcode, A64LowBits);

    /// <summary>The place of the row of an A32 word in the table's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint A32Row(ulong block, uint opcode) => Row(block, A32Table.Cells, opcode, AArch32LowBits);

    /// <summary>The place of the row of a T32 instruction, with its first halfword in bits 31:16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint T32Row(ulong block, uint word) => Row(block, T32Table.Cells, word, AArch32LowBits);

    /// <summary>The places of the rows of all words of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="cells">The table's cells.</param>
    public static ReadOnlySpan<ushort> RowsOf(ulong block, ReadOnlySpan<ushort> cells) =>
        cells.Slice((int)(block >> FirstCellShift), (block & KeyMask) == 0 ? 1 : 1 << (32 - ((int)block & 31)));

    /// <summary>Whether the fixed bits of a row match: the first word's lower half is their mask, its upper half their values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Matches(ref ulong row, uint word) =>
        (word & RowPart.Word(ref row, 0)) == RowPart.Word(ref row, sizeof(uint));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Row(ulong block, ReadOnlySpan<ushort> cells, uint word, int lowBits)
    {
        uint key = (word + Field) << (31 - lowBits);
        uint number = ((key & (uint)block) * (ushort)(block >> MultiplierShift)) >> (int)block;
        return Unsafe.Add(ref MemoryMarshal.GetReference(cells), (nint)(number + (uint)(block >> FirstCellShift)));
    }
}
