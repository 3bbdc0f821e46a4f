using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>
/// What a sweep has to know of an A64 word: a class for each row of the encoding table.
/// </summary>
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

    public static ref uint OfRow => ref MemoryMarshal.GetArrayDataReference(s_ofRow);

    /// <summary>Classifies a word.</summary>
    public static uint Of(ref uint ofRow, uint opcode)
    {
        uint place = EncodingLookup.A64Row(EncodingLookup.A64Block(opcode), opcode);
        uint index = place / A64Row.Words;
        ref ulong row = ref Unsafe.Add(ref MemoryMarshal.GetReference(A64Table.Rows), (nint)place);
        if (!EncodingLookup.Matches(ref row, opcode))
        {
            // Rows 0 and 1 are nothing else.
            index = RowPart.Byte(ref row, A64Row.Rejected);
        }

        return Unsafe.Add(ref ofRow, (nint)index);
    }

    /// <summary>Selects the findings among candidates.</summary>
    /// <param name="words">The words.</param>
    /// <param name="candidates">The candidates' positions among them.</param>
    /// <param name="offset">The offset of the first word, in bytes.</param>
    /// <param name="options">What to report.</param>
    /// <param name="hits">Receives the findings; not shorter than <paramref name="candidates"/>.</param>
    /// <param name="stack">Counts those that are left out because their base is SP.</param>
    /// <param name="literals">How many are left out because they are literals.</param>
    /// <returns>The number of findings.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Select(ReadOnlySpan<uint> words, ReadOnlySpan<ushort> candidates, uint offset, SweepOptions options, Span<InstructionHit> hits, ref int stack, out int literals)
    {
        uint omitStack = (options & SweepOptions.Stack) == 0 ? BaseInRn : 0;
        uint seen = 0;
        uint omitted = 0;
        ref uint ofPrefix = ref A64Prefixes.Classes;
        ref uint first = ref MemoryMarshal.GetReference(words);
        ref InstructionHit start = ref MemoryMarshal.GetReference(hits[..candidates.Length]);
        ref InstructionHit hit = ref start;

        // No branch depends on the words, as it would often be mispredicted, and nothing is called, so that all is in registers.
        foreach (ushort position in candidates)
        {
            uint word = Unsafe.Add(ref first, (nint)position);
            uint @class = Unsafe.Add(ref ofPrefix, (nint)A64Prefixes.Of(word));
            uint omit = @class & omitStack & (uint)((int)((~word & (StackPointer << 5)) - 1) >> 31);
            seen |= @class;
            omitted += omit;

            // Written in any case, kept if it counts.
            hit = new InstructionHit(offset + ((uint)position * 4), word, (NoSyndromeReasons)(@class & Reasons), InstructionSet.A64, default);
            hit = ref Unsafe.Add(ref hit, (nint)((@class & ~(omit << 15)) >> 31));
        }

        stack += (int)(omitted / BaseInRn);
        literals = 0;
        int count = (int)(Unsafe.ByteOffset(ref start, ref hit) / Unsafe.SizeOf<InstructionHit>());
        return (seen & A64Prefixes.Unknown) != 0 ? Resolve(hits[..count], options, ref stack, ref literals) : count;
    }

    /// <summary>Whether a class is a finding whose base is SP.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsStack(uint @class, uint opcode) => (@class & BaseInRn) != 0 && ((opcode >> 5) & 31) == StackPointer;

    /// <summary>
    /// Counts the words that are no instruction: unallocated ones in the encoding spaces of loads and stores, and the reserved
    /// ones of the topmost level (Arm ARM, section C4.1), but for UDF.
    /// </summary>
    /// <param name="words">The words.</param>
    /// <param name="positions">Room for <see cref="A64Filter.Find"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int CountUndecoded(ReadOnlySpan<uint> words, Span<ushort> positions)
    {
        int found = A64Filter.Undecoded.Find(words, positions, countApart: true, out int reserved);
        int count = reserved - CountPermanentlyUndefined(words);
        ref uint ofRow = ref OfRow;
        ref bool mayBe = ref A64Prefixes.MayBeUnallocated;
        ref uint first = ref MemoryMarshal.GetReference(words);
        foreach (ushort position in positions[..found])
        {
            uint word = Unsafe.Add(ref first, (nint)position);
            if (Unsafe.Add(ref mayBe, (nint)A64Prefixes.Of(word)) && (Of(ref ofRow, word) & Unallocated) != 0)
            {
                count++;
            }
        }

        return count;
    }

    // UDF is 0x0000 and any 16 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CountPermanentlyUndefined(ReadOnlySpan<uint> words)
    {
        var counts = Vector<uint>.Zero;
        var bound = new Vector<uint>(1 << 16);
        int i = 0;
        for (; i <= words.Length - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            counts -= Vector.LessThan(new Vector<uint>(words[i..]), bound);
        }

        int count = (int)Vector.Sum(counts);
        foreach (uint word in words[i..])
        {
            count += word >> 16 == 0 ? 1 : 0;
        }

        return count;
    }

    // Looks up the words whose prefix does not tell; they have no reasons yet.
    private static int Resolve(Span<InstructionHit> hits, SweepOptions options, ref int stack, ref int literals)
    {
        int count = 0;
        foreach (InstructionHit hit in hits)
        {
            if (hit.Reasons != NoSyndromeReasons.None)
            {
                hits[count++] = hit;
                continue;
            }

            uint @class = Of(ref OfRow, hit.Opcode);
            if ((options & SweepOptions.Stack) == 0 && IsStack(@class, hit.Opcode))
            {
                stack++;
            }
            else if ((options & SweepOptions.Literals) == 0 && (@class & Literal) != 0)
            {
                literals++;
            }
            else if ((@class & Reasons) != 0)
            {
                hits[count++] = new InstructionHit(hit.Offset, hit.Opcode, (NoSyndromeReasons)(@class & Reasons), InstructionSet.A64, default);
            }
        }

        return count;
    }

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
}
