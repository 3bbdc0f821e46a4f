using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>Finds the A32 and T32 instructions that may be findings, or none at all, by the topmost twelve bits of an instruction.</summary>
internal static class AArch32Filter
{
    /// <summary>How many positions more than there are words or halfwords have to fit.</summary>
    public const int Excess = 1;

    private const int Blocks = 1 << 12;
    private const int HalfwordsAtOnce = 64;
    private const uint FirstWideHalfword = 0xE800;

    private static readonly byte[] s_a32 = MakeA32();
    private static readonly byte[] s_t32 = MakeT32();

    /// <summary>Finds the positions of A32 candidates.</summary>
    /// <param name="code">The code; a multiple of four bytes.</param>
    /// <param name="isBigEndian">Whether instructions are big-endian.</param>
    /// <param name="positions">Receives the positions, counted in words; one for each word, and <see cref="Excess"/>.</param>
    /// <returns>The number of positions.</returns>
    public static int FindA32(ReadOnlySpan<byte> code, bool isBigEndian, Span<ushort> positions)
    {
        ref byte candidates = ref MemoryMarshal.GetArrayDataReference(s_a32);
        ReadOnlySpan<uint> words = MemoryMarshal.Cast<byte, uint>(code);
        ref ushort position = ref MemoryMarshal.GetReference(positions[..(words.Length + Excess)]);
        int count = 0;
        for (int i = 0; i < words.Length; i++)
        {
            uint word = isBigEndian ? BinaryPrimitives.ReverseEndianness(words[i]) : words[i];
            Unsafe.Add(ref position, count) = (ushort)i;
            count += Unsafe.Add(ref candidates, (nint)(word >> 20));
        }

        return count;
    }

    /// <summary>Finds the positions of T32 candidates, and of IT instructions.</summary>
    /// <param name="code">The code; a multiple of two bytes.</param>
    /// <param name="isBigEndian">Whether halfwords are big-endian.</param>
    /// <param name="positions">Receives the positions, counted in halfwords; one for each halfword, and <see cref="Excess"/>.</param>
    /// <param name="length">How many halfwords the instructions have; one more than <paramref name="code"/> when the last one reaches beyond.</param>
    /// <param name="instructions">The number of instructions.</param>
    /// <returns>The number of positions.</returns>
    /// <remarks>
    /// Where instructions start depends on all that are before: what looks like the first halfword of a 32-bit instruction may be the
    /// second of another. Of a run of such halfwords every other one is a first, which one subtraction tells for all runs of 64
    /// halfwords: it carries through a run that starts at an even place, and not through one at an odd place.
    /// </remarks>
    public static int FindT32(ReadOnlySpan<byte> code, bool isBigEndian, Span<ushort> positions, out int length, out int instructions)
    {
        const ulong oddPlaces = 0xAAAA_AAAA_AAAA_AAAA;
        ref byte candidates = ref MemoryMarshal.GetArrayDataReference(s_t32);
        ReadOnlySpan<ushort> halfwords = MemoryMarshal.Cast<byte, ushort>(code);
        ref ushort position = ref MemoryMarshal.GetReference(positions[..(halfwords.Length + Excess)]);
        ulong startsInside = 0;
        int found = 0;
        instructions = 0;
        for (int i = 0; i < halfwords.Length; i += HalfwordsAtOnce)
        {
            ReadOnlySpan<ushort> piece = halfwords.Slice(i, Math.Min(HalfwordsAtOnce, halfwords.Length - i));
            ulong wide = 0;
            ulong candidate = 0;
            for (int bit = 0; bit < piece.Length; bit++)
            {
                uint halfword = isBigEndian ? BinaryPrimitives.ReverseEndianness(piece[bit]) : piece[bit];
                wide |= (ulong)((FirstWideHalfword - 1 - halfword) >> 31) << bit;
                candidate |= (ulong)Unsafe.Add(ref candidates, (nint)(halfword >> 4)) << bit;
            }

            ulong mayBeFirst = wide & ~startsInside;
            ulong carried = (((mayBeFirst << 1) | oddPlaces) - mayBeFirst) ^ oddPlaces;
            ulong second = carried ^ (wide | startsInside);
            ulong inside = ulong.MaxValue >> (HalfwordsAtOnce - piece.Length);
            startsInside = ((carried & wide) >> (piece.Length - 1)) & 1;

            instructions += BitOperations.PopCount(inside & ~second);
            for (ulong rest = candidate & ~second; rest != 0; rest &= rest - 1)
            {
                Unsafe.Add(ref position, found++) = (ushort)(i + BitOperations.TrailingZeroCount(rest));
            }
        }

        length = halfwords.Length + (int)startsInside;
        return found;
    }

    private static byte[] MakeA32()
    {
        var classes = new byte[Blocks];
        for (uint i = 0; i < Blocks; i++)
        {
            classes[i] = Holds(EncodingLookup.RowsOf(A32Table.Blocks[(int)i], A32Table.Cells), A32Table.Rows, A32Table.IrregularRows) ? (byte)1 : (byte)0;
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
            classes[i] = holds || i >> 4 == 0xBF ? (byte)1 : (byte)0;
        }

        return classes;
    }

    // Whether a block of the table has a finding or a word that is no instruction.
    private static bool Holds(ReadOnlySpan<ushort> places, ReadOnlySpan<ulong> rows, int irregularRows)
    {
        foreach (ushort place in places)
        {
            int number = place / AArch32Row.Words;
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

    private static bool Matters(ReadOnlySpan<ulong> rows, int number)
    {
        if (number < A32Table.FirstAccess)
        {
            return false;
        }

        int row = number * AArch32Row.Words;
        var access = new AccessDescriptor((uint)(rows[row] >> 32), 0, rows[row + AArch32Row.Transfer], rows[row + AArch32Row.Addressing], 0);
        if (access.Kind == AccessKind.Prefetch || access.NoSyndromeReasons != NoSyndromeReasons.None)
        {
            return access.Kind != AccessKind.Prefetch;
        }

        // That Rt is the PC does not show in the row; 16-bit instructions have no such Rt.
        return access.Length == sizeof(uint);
    }
}
