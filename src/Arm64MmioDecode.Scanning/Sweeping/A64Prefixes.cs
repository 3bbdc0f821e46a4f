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

    private const int UpperBits = 11;
    private const int LowValues = 4;
    private const int LowShift = 10;
    private const uint Low = 3 << LowShift;
    private const uint BeyondPrefix = ((1u << (32 - UpperBits)) - 1) & ~Low;

    private static readonly uint[] s_classes = new uint[LowValues << UpperBits];
    private static readonly bool[] s_mayBeUnallocated = new bool[LowValues << UpperBits];

#pragma warning disable CA1810 // The tables are made together.
    static A64Prefixes()
#pragma warning restore CA1810
    {
        // Rows of a block. Nothing generic is used, which a just-in-time compiler would have to compile for it.
        var rows = new ushort[A64Table.RowCount];
        var blockOfRow = new uint[A64Table.RowCount];
        for (uint upper = 0; upper < 1 << UpperBits; upper++)
        {
            ulong block = A64Table.Blocks[(int)upper];
            int rowCount = 0;
            bool mayReject = block != 0 && CollectRows(block, upper + 1, blockOfRow, rows, ref rowCount);
            for (uint low = 0; low < LowValues; low++)
            {
                uint prefix = upper | (low << UpperBits);
                uint @class = ClassOf(rows, rowCount, low << LowShift, out bool isCovered);
                s_classes[prefix] = @class != 0 ? @class | Kept : 0;
                s_mayBeUnallocated[prefix] = mayReject && !isCovered;
            }
        }
    }

    /// <summary>The classes, by prefix.</summary>
    public static ref uint Classes => ref MemoryMarshal.GetArrayDataReference(s_classes);

    /// <summary>Whether there are unallocated words among those with a prefix.</summary>
    public static ref bool MayBeUnallocated => ref MemoryMarshal.GetArrayDataReference(s_mayBeUnallocated);

    /// <summary>The prefix of a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Of(uint word) => (word >> (32 - UpperBits)) | ((word & Low) << (UpperBits - LowShift));

    // Collects the rows of a block that access memory; returns whether any row of it says that words are no instruction.
    private static bool CollectRows(ulong block, uint number, uint[] blockOfRow, ushort[] rows, ref int rowCount)
    {
        bool mayReject = false;
        foreach (ushort place in EncodingLookup.RowsOf(block, A64Table.Cells))
        {
            var row = (ushort)(place / A64Row.Words);
            if (blockOfRow[row] == number)
            {
                continue;
            }

            blockOfRow[row] = number;
            mayReject |= RowPart.Byte(ref MemoryMarshal.GetReference(A64Table.Rows[(row * A64Row.Words)..]), A64Row.Rejected) != 0;
            if (row >= A64Table.FirstAccess)
            {
                rows[rowCount++] = row;
            }
        }

        return mayReject;
    }

    // What all words with a prefix are, or Unknown; 0 when none is a finding. No word belongs to two rows.
    private static uint ClassOf(ushort[] rows, int rowCount, uint low, out bool isCovered)
    {
        uint @class = 0;
        long words = 0;
        bool isMixed = false;
        for (int i = 0; i < rowCount; i++)
        {
            ushort row = rows[i];
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
