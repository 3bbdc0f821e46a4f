using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>What is known of an A64 word by its prefix, which is bits 31:21 and 11:10. That suffices for nearly all.</summary>
internal static class A64Prefixes
{
    /// <summary>The class of a prefix whose words are not all of the same, or literals: the row has to be looked up.</summary>
    public const uint Unknown = 1 << 19;

    /// <summary>Marks the classes of findings, and <see cref="Unknown"/>.</summary>
    public const uint Kept = 1u << 31;

    /// <summary>No word with the prefix is an instruction, of those that are counted (<see cref="A64Classes.CountUndecoded"/>).</summary>
    public const byte AllUndecoded = 1;

    /// <summary>Some words with the prefix are no instruction.</summary>
    public const byte SomeUndecoded = 2;

    private const int UpperBits = 11;
    private const int LowValues = 4;
    private const int LowShift = 10;
    private const uint Low = 3 << LowShift;
    private const uint BeyondPrefix = ((1u << (32 - UpperBits)) - 1) & ~Low;

    private static readonly uint[] s_classes = new uint[LowValues << UpperBits];
    private static readonly byte[] s_undecoded = new byte[LowValues << UpperBits];

#pragma warning disable CA1810 // The tables are made together.
    static A64Prefixes()
#pragma warning restore CA1810
    {
        var rows = new List<ushort>();
        var blockOfRow = new uint[A64Table.RowCount];
        for (uint upper = 0; upper < 1 << UpperBits; upper++)
        {
            ulong block = A64Table.Blocks[(int)upper];
            rows.Clear();
            bool mayReject = block != 0 && CollectRows(block, upper + 1, blockOfRow, rows);
            for (uint low = 0; low < LowValues; low++)
            {
                uint prefix = upper | (low << UpperBits);
                uint @class = ClassOf(rows, low << LowShift, out bool isCovered);
                s_classes[prefix] = @class != 0 ? @class | Kept : 0;
                s_undecoded[prefix] = ((upper >> 4) & 15) switch
                {
                    0 => upper == 0 ? SomeUndecoded : upper >> 10 == 0 ? AllUndecoded : (byte)0,
                    1 or 3 => AllUndecoded,
                    _ => mayReject && !isCovered ? SomeUndecoded : (byte)0,
                };
            }
        }
    }

    /// <summary>The classes, by prefix.</summary>
    public static ref uint Classes => ref MemoryMarshal.GetArrayDataReference(s_classes);

    /// <summary>Whether words are no instruction, by prefix.</summary>
    public static ref byte Undecoded => ref MemoryMarshal.GetArrayDataReference(s_undecoded);

    /// <summary>The prefix of a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(uint word) => (word >> (32 - UpperBits)) | ((word & Low) << (UpperBits - LowShift));

    // Collects the rows of a block that access memory; returns whether any row of it says that words are no instruction.
    private static bool CollectRows(ulong block, uint number, uint[] blockOfRow, List<ushort> rows)
    {
        bool mayReject = false;
        foreach (ushort row in EncodingLookup.RowsOf(block, A64Table.Cells))
        {
            if (blockOfRow[row] == number)
            {
                continue;
            }

            blockOfRow[row] = number;
            mayReject |= RowPart.Byte(ref MemoryMarshal.GetReference(A64Table.Rows[(row * A64Row.Words)..]), A64Row.Rejected) != 0;
            if (row >= A64Table.FirstAccess)
            {
                rows.Add(row);
            }
        }

        return mayReject;
    }

    // What all words with a prefix are, or Unknown; 0 when none is a finding. No word belongs to two rows.
    private static uint ClassOf(List<ushort> rows, uint low, out bool isCovered)
    {
        uint @class = 0;
        long words = 0;
        bool isMixed = false;
        foreach (ushort row in rows)
        {
            ulong bits = A64Table.Rows[row * A64Row.Words];
            if ((((uint)(bits >> 32) ^ low) & (uint)bits & Low) == 0)
            {
                uint ofRow = Unsafe.Add(ref A64Classes.OfRow, (nint)row);
                isMixed |= words != 0 && @class != ofRow;
                @class = ofRow;
                words += 1L << BitOperations.PopCount(~(uint)bits & BeyondPrefix);
            }
        }

        isCovered = words == 1L << BitOperations.PopCount(BeyondPrefix);
        return isMixed || (@class != 0 && !isCovered) || (@class & A64Classes.Literal) != 0 ? Unknown : @class;
    }
}
