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
        ref ulong rows = ref MemoryMarshal.GetReference(A64Table.Rows);

        // The table compiler makes a block for each of the 2048 values of bits 31:21, as many cells for it as its mask
        // selects, and row numbers below RowCount: no index below can leave its table.
        uint block = Unsafe.Add(ref blocks, (nint)(opcode >> 21));
        uint cell = Unsafe.Add(ref cells, (nint)((block & 0x7FFFFF) + ((opcode >> 10) & (block >> 23))));
        uint index = cell & 0xFFFF;
        ref ulong row = ref Unsafe.Add(ref rows, (nint)(index * A64Row.Words));
        if (!A64Row.Matches(row, opcode))
        {
            index = NextMatch(cell >> 16, opcode);
            row = ref Unsafe.Add(ref rows, (nint)(index * A64Row.Words));
        }

        if (index < A64Table.FirstAccess)
        {
            descriptor = default;
            return index == (uint)DecodeStatus.NotMemoryAccess ? DecodeStatus.NotMemoryAccess : DecodeStatus.Unallocated;
        }

        ulong operands = Unsafe.Add(ref row, A64Row.Operands);
        var immediate = (int)operands;
        var places = (int)(operands >> 32);
        int field = ((int)(opcode << immediate) >> (immediate >> 5)) & (places >> 16);
        int offset = (field * ((immediate >> 10) & 63)) + (immediate >> 16);
        uint registers = (opcode & (uint)places & 31)
            | (((opcode >> (places >> 5)) & 31) << 8)
            | ((opcode << 11) & 0x1F0000)
            | ((opcode << 8) & 0x1F000000);
        descriptor = new AccessDescriptor(
            opcode,
            offset,
            Unsafe.Add(ref row, A64Row.Transfer),
            Unsafe.Add(ref row, A64Row.Addressing),
            registers | ((ulong)AccessDescriptor.AlwaysCondition << 32));
        return DecodeStatus.MemoryAccess;
    }

    // Few words come here: cells where a narrower encoding comes before a wider one, and unallocated words. Every list ends
    // with a row that matches all words.
    private static uint NextMatch(uint candidate, uint opcode)
    {
        ref ushort candidates = ref MemoryMarshal.GetReference(A64Table.Candidates);
        ref ulong rows = ref MemoryMarshal.GetReference(A64Table.Rows);
        while (true)
        {
            uint index = Unsafe.Add(ref candidates, (nint)candidate++);
            if (A64Row.Matches(Unsafe.Add(ref rows, (nint)(index * A64Row.Words)), opcode))
            {
                return index;
            }
        }
    }
}
