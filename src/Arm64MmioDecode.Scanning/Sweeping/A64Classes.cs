using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>What a sweep has to know of an A64 word, one word for each row of the encoding table.</summary>
internal static class A64Classes
{
    /// <summary>The bits that are <see cref="NoSyndromeReasons"/>; none for an instruction that is no finding.</summary>
    public const uint Reasons = 0xFFFF;

    /// <summary>The base is the register in bits 9:5, in which 31 is SP.</summary>
    public const uint BaseInRn = 1 << 16;

    /// <summary>The base is the PC.</summary>
    public const uint Literal = 1 << 17;

    /// <summary>No instruction.</summary>
    public const uint Unallocated = 1 << 18;

    private const int StackPointer = 31;

    private static readonly uint[] s_ofRow = MakeRows();
    private static readonly bool[] s_mayBeUnallocated = MakeBlocks();

    public static ref uint OfRow => ref MemoryMarshal.GetArrayDataReference(s_ofRow);

    /// <summary>Classifies a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(ref uint ofRow, uint opcode)
    {
        uint index = EncodingLookup.A64Row(EncodingLookup.A64Block(opcode), opcode);
        ref ulong row = ref Unsafe.Add(ref MemoryMarshal.GetReference(A64Table.Rows), (nint)(index * A64Row.Words));
        if (!EncodingLookup.Matches(ref row, opcode))
        {
            // Rows 0 and 1 are nothing else.
            index = RowPart.Byte(ref row, A64Row.Rejected);
        }

        return Unsafe.Add(ref ofRow, (nint)index);
    }

    /// <summary>Whether a class is a finding whose base is SP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsStack(uint @class, uint opcode) => (@class & BaseInRn) != 0 && ((opcode >> 5) & 31) == StackPointer;

    /// <summary>
    /// Counts the words that are no instruction: unallocated ones in the encoding spaces of loads and stores, and the reserved
    /// ones of the topmost level (Arm ARM, section C4.1), but for UDF.
    /// </summary>
    public static int CountUndecoded(ReadOnlySpan<uint> words)
    {
        ref uint ofRow = ref OfRow;
        ref bool mayBe = ref MemoryMarshal.GetArrayDataReference(s_mayBeUnallocated);
        int count = 0;
        foreach (uint word in words)
        {
            if (Unsafe.Add(ref mayBe, (nint)(word >> 21)) && IsUndecoded(ref ofRow, word))
            {
                count++;
            }
        }

        return count;
    }

    private static bool IsUndecoded(ref uint ofRow, uint word) => ((word >> 25) & 15) switch
    {
        0 => word >> 16 != 0 && word >> 31 == 0,
        1 or 3 => true,
        _ => (Of(ref ofRow, word) & Unallocated) != 0,
    };

    private static uint[] MakeRows()
    {
        var classes = new uint[A64Table.RowCount];
        ReadOnlySpan<ulong> rows = A64Table.Rows;
        for (int i = 0; i < classes.Length; i++)
        {
            if (i < A64Table.FirstAccess)
            {
                classes[i] = i == 0 ? 0 : Unallocated;
                continue;
            }

            int row = i * A64Row.Words;
            var access = new AccessDescriptor((uint)(rows[row] >> 32), 0, rows[row + A64Row.Transfer], rows[row + A64Row.Addressing], 0);
            classes[i] = Rules.IsFinding(in access)
                ? (uint)access.NoSyndromeReasons
                    | (Rules.HasBaseRegister(in access) ? BaseInRn : 0)
                    | (access.AddressingMode == AddressingMode.Literal ? Literal : 0)
                : 0;
        }

        return classes;
    }

    // Whether there may be a word that is no instruction, for each value of bits 31:21.
    private static bool[] MakeBlocks()
    {
        var blocks = new bool[1 << 11];
        for (uint i = 0; i < blocks.Length; i++)
        {
            uint group = (i >> 4) & 15;
            blocks[i] = group is 1 or 3 || (group == 0 && i >> 10 == 0) || MayReject(i);
        }

        return blocks;
    }

    private static bool MayReject(uint upper)
    {
        foreach (ushort row in EncodingLookup.RowsOf(A64Table.Blocks[(int)upper], A64Table.Cells))
        {
            if (RowPart.Byte(ref MemoryMarshal.GetReference(A64Table.Rows.Slice(row * A64Row.Words, A64Row.Words)), A64Row.Rejected) != 0)
            {
                return true;
            }
        }

        return false;
    }
}
