using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>Finds the A32 and T32 instructions that may be findings, or none at all, by the topmost twelve bits of an instruction.</summary>
internal static class AArch32Filter
{
    private const byte Candidate = 1;
    private const byte BlockStart = 2;
    private const int Blocks = 1 << 12;

    private static readonly byte[] s_a32 = MakeA32();
    private static readonly byte[] s_t32 = MakeT32();

    /// <summary>Finds the offsets of A32 candidates.</summary>
    /// <param name="code">The code; a multiple of four bytes.</param>
    /// <param name="isBigEndian">Whether instructions are big-endian.</param>
    /// <param name="offsets">Receives the offsets from the start of <paramref name="code"/>; one for each word.</param>
    /// <returns>The number of offsets.</returns>
    public static int FindA32(ReadOnlySpan<byte> code, bool isBigEndian, Span<int> offsets)
    {
        ref byte classes = ref MemoryMarshal.GetArrayDataReference(s_a32);
        ref int offset = ref MemoryMarshal.GetReference(offsets[..(code.Length / 4)]);
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(code);
        int count = 0;
        for (int i = 0; i < words.Length; i++)
        {
            uint word = isBigEndian ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i];
            Unsafe.Add(ref offset, count) = i * 4;
            count += Unsafe.Add(ref classes, (nint)(word >> 20)) & Candidate;
        }

        return count;
    }

    /// <summary>Finds the offsets of T32 candidates, and of IT instructions.</summary>
    /// <param name="code">The code.</param>
    /// <param name="start">Where to start.</param>
    /// <param name="end">Where to stop; an instruction that starts before it may reach beyond.</param>
    /// <param name="isBigEndian">Whether halfwords are big-endian.</param>
    /// <param name="offsets">Receives the offsets from the start of <paramref name="code"/>; one for each halfword.</param>
    /// <param name="next">Where the next instruction starts.</param>
    /// <param name="instructions">The number of instructions.</param>
    /// <returns>The number of offsets.</returns>
    public static int FindT32(ReadOnlySpan<byte> code, int start, int end, bool isBigEndian, Span<int> offsets, out int next, out int instructions)
    {
        ref byte classes = ref MemoryMarshal.GetArrayDataReference(s_t32);
        ref int offset = ref MemoryMarshal.GetReference(offsets[..(((end - start) / 2) + 1)]);
        ref byte first = ref MemoryMarshal.GetReference(code[..end]);
        int count = 0;
        int position = start;
        int found = 0;
        while (position + 1 < end)
        {
            uint halfword = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref first, position));
            if (isBigEndian)
            {
                halfword = BinaryPrimitives.ReverseEndianness((ushort)halfword);
            }

            // No branch depends on what the code is.
            Unsafe.Add(ref offset, found) = position;
            found += Unsafe.Add(ref classes, (nint)(halfword >> 4)) != 0 ? 1 : 0;
            position += halfword >= 0xE800 ? 4 : 2;
            count++;
        }

        next = position;
        instructions = count;
        return found;
    }

    private static byte[] MakeA32()
    {
        var classes = new byte[Blocks];
        for (uint i = 0; i < Blocks; i++)
        {
            classes[i] = Holds(EncodingLookup.RowsOf(A32Table.Blocks[(int)i], A32Table.Cells), A32Table.Rows, A32Table.IrregularRows) ? Candidate : (byte)0;
        }

        return classes;
    }

    private static byte[] MakeT32()
    {
        var classes = new byte[Blocks];
        for (uint i = 0; i < Blocks; i++)
        {
            bool holds = Holds(EncodingLookup.RowsOf(T32Table.Blocks[(int)i], T32Table.Cells), T32Table.Rows, T32Table.IrregularRows);

            // 1011 1111 firstcond mask, with mask 0000 for hints (Arm ARM, section F3.1.3).
            classes[i] = (byte)((holds ? Candidate : 0) | (i >> 4 == 0xBF ? BlockStart : 0));
        }

        return classes;
    }

    // Whether a block of the table has a finding or a word that is no instruction.
    private static bool Holds(ReadOnlySpan<ushort> rowNumbers, ReadOnlySpan<ulong> rows, int irregularRows)
    {
        foreach (ushort number in rowNumbers)
        {
            if (MayReject(rows, number, irregularRows) || Matters(rows, number))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayReject(ReadOnlySpan<ulong> rows, int number, int irregularRows)
    {
        int rejected = Rejected(rows, number);
        return (rejected == AArch32Row.SeeIrregular ? Rejected(rows, number + irregularRows) : rejected) != 0;
    }

    private static int Rejected(ReadOnlySpan<ulong> rows, int number) =>
        RowPart.Byte(ref MemoryMarshal.GetReference(rows.Slice(number * AArch32Row.Words, AArch32Row.Words)), AArch32Row.Rejected);

    private static bool Matters(ReadOnlySpan<ulong> rows, uint index)
    {
        if (index < A32Table.FirstAccess)
        {
            return false;
        }

        int row = (int)index * AArch32Row.Words;
        var access = new AccessDescriptor((uint)(rows[row] >> 32), 0, rows[row + AArch32Row.Transfer], rows[row + AArch32Row.Addressing], 0);
        if (access.Kind == AccessKind.Prefetch || access.NoSyndromeReasons != NoSyndromeReasons.None)
        {
            return access.Kind != AccessKind.Prefetch;
        }

        // That Rt is the PC does not show in the row; 16-bit instructions have no such Rt.
        return access.Length == sizeof(uint);
    }
}
