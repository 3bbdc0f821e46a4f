using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Decoding;

/// <summary>
/// Decodes opcodes into <see cref="AccessDescriptor"/>s. Pure functions over read-only data: no start-up work, no
/// allocation, no exception for any opcode.
/// </summary>
public static partial class InstructionDecoder
{
    /// <summary>Decodes an A64 instruction word.</summary>
    /// <param name="opcode">The word as the processor sees it (instructions are little-endian whatever the data endianness).</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the word is.</returns>
    public static DecodeStatus DecodeA64(uint opcode, out AccessDescriptor descriptor)
    {
        ref uint blocks = ref MemoryMarshal.GetReference(A64Table.Blocks);
        ref uint cells = ref MemoryMarshal.GetReference(A64Table.Cells);
        ref uint rows = ref MemoryMarshal.GetReference(A64Table.Rows);

        // The table compiler makes a block for each of the 2048 values of bits 31:21, as many cells for it as its mask
        // selects, and row numbers below RowCount: no index below can leave its table.
        uint block = Unsafe.Add(ref blocks, (int)(opcode >> 21));
        uint cell = Unsafe.Add(ref cells, (int)((block & 0xFFFFFF) + ((opcode >> 10) & (block >> 24))));
        uint index = cell & 0xFFFF;
        ref uint row = ref Unsafe.Add(ref rows, (int)(index * EncodingRow.Words));
        if (!EncodingRow.Matches(ref row, opcode))
        {
            index = NextMatch(cell >> 16, opcode);
            row = ref Unsafe.Add(ref rows, (int)(index * EncodingRow.Words));
        }

        if (index <= EncodingRow.LastCatchAll)
        {
            descriptor = default;
            return (DecodeStatus)index;
        }

        uint shape = Unsafe.Add(ref row, EncodingRow.ImmediateShape);
        int field = ((int)(opcode << (int)(shape & 31)) >> (int)((shape >> 5) & 31)) & (int)Unsafe.Add(ref row, EncodingRow.ImmediateMask);
        int offset = (field * (int)((shape >> 10) & 63)) + ((int)shape >> 24);
        ulong registers = (opcode & 31)
            | ((opcode >> 2) & 0x1F00)
            | ((opcode << 11) & 0x1F0000)
            | ((opcode << 8) & 0x1F000000)
            | ((ulong)AccessDescriptor.AlwaysCondition << 32);
        ulong transfer = Unsafe.Add(ref row, EncodingRow.Transfer) | ((ulong)Unsafe.Add(ref row, EncodingRow.Transfer + 1) << 32);
        ulong addressing = Unsafe.Add(ref row, EncodingRow.Addressing) | ((ulong)Unsafe.Add(ref row, EncodingRow.Addressing + 1) << 32);
        var variant = (DecodeVariant)((shape >> 16) & 0xFF);
        if (variant != DecodeVariant.None)
        {
            A64Variants.Apply(variant, opcode, (int)((shape >> 10) & 63), ref offset, ref transfer, ref addressing, ref registers);
        }

        descriptor = new AccessDescriptor(opcode, offset, transfer, addressing, registers);
        return DecodeStatus.MemoryAccess;
    }

    // Few words come here: cells where a narrower encoding comes before a wider one, and unallocated words. Every list ends
    // with a row that matches all words.
    private static uint NextMatch(uint candidate, uint opcode)
    {
        ref ushort candidates = ref MemoryMarshal.GetReference(A64Table.Candidates);
        ref uint rows = ref MemoryMarshal.GetReference(A64Table.Rows);
        while (true)
        {
            uint index = Unsafe.Add(ref candidates, (int)candidate++);
            if (EncodingRow.Matches(ref Unsafe.Add(ref rows, (int)(index * EncodingRow.Words)), opcode))
            {
                return index;
            }
        }
    }
}
