using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;
using Arm64MmioDecode.Scanning.Sweeping;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>The vector filter leaves out no finding, and what it counts without a lookup is what a lookup would count.</summary>
public sealed class A64FilterTests
{
    // What the filter looks at: bits 31:20 and 11:8.
    private const uint Seen = 0xFFF00F00;

    [Fact]
    public void No_row_of_the_table_that_is_a_finding_has_a_word_that_the_filter_rejects()
    {
        int checkedRows = 0;
        ReadOnlySpan<ulong> rows = A64Table.Rows;
        for (int i = A64Table.FirstAccess; i < A64Table.RowCount; i++)
        {
            ulong row = rows[i * A64Row.Words];
            var access = new AccessDescriptor((uint)(row >> 32), 0, rows[(i * A64Row.Words) + A64Row.Transfer], rows[(i * A64Row.Words) + A64Row.Addressing], 0);
            if (access.Kind == AccessKind.Prefetch || access.NoSyndromeReasons == NoSyndromeReasons.None)
            {
                continue;
            }

            checkedRows++;
            uint open = Seen & ~(uint)row;
            uint field = 0;
            do
            {
                uint word = (uint)(row >> 32) | field;
                A64Filter.Findings.IsCandidate(word).Should().BeTrue("{0:x8} is {1}", word, access.EncodingName);
                field = (field - open) & open;
            }
            while (field != 0);
        }

        checkedRows.Should().BeGreaterThan(2000);
    }

    // All words of LDP, STP, LDNP and STNP of 32, 64 and 128 bits, and of LDR and STR of 128 bits with an offset, on SP.
    [Theory]
    [InlineData(0x7A0003E0, 0x280003E0)]
    [InlineData(0xFF8003E0, 0x3D8003E0)]
    public void Every_word_that_is_counted_without_a_lookup_is_a_finding_with_SP_as_base(uint mask, uint value)
    {
        uint open = ~mask;
        uint field = 0;
        do
        {
            uint word = value | field;
            uint @class = A64Classes.Of(ref A64Classes.OfRow, word);
            if (!A64Filter.Findings.IsApart(word) || (@class & A64Classes.Reasons) == 0 || !A64Classes.IsStack(@class, word))
            {
                A64Filter.Findings.IsApart(word).Should().BeTrue("{0:x8}", word);
                @class.Should().Be(uint.MaxValue, "{0:x8} is to be a finding on the stack", word);
            }

            field = (field - open) & open;
        }
        while (field != 0);
    }

    [Fact]
    public void A_class_says_what_the_decoder_says()
    {
        foreach (uint word in WordsOfEveryRow())
        {
            DecodeStatus status = InstructionDecoder.DecodeA64(word, out AccessDescriptor access);
            uint @class = A64Classes.Of(ref A64Classes.OfRow, word);
            bool isFinding = status == DecodeStatus.MemoryAccess && access.Kind != AccessKind.Prefetch && !access.HasValidSyndrome;
            (@class & A64Classes.Reasons).Should().Be(isFinding ? (uint)access.NoSyndromeReasons : 0, "{0:x8}", word);
            ((@class & A64Classes.Unallocated) != 0).Should().Be(status == DecodeStatus.Unallocated, "{0:x8}", word);
            if (isFinding)
            {
                A64Classes.IsStack(@class, word).Should().Be(Rules.IsStack(in access), "{0:x8}", word);
                ((@class & A64Classes.Literal) != 0).Should().Be(Rules.IsLiteral(in access), "{0:x8}", word);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(31)]
    [InlineData(2048)]
    public void Vectors_find_what_one_word_at_a_time_finds(int length)
    {
        var random = new Random(length);
        List<uint> all = [.. WordsOfEveryRow()];
        var words = new uint[length];
        for (int i = 0; i < length; i++)
        {
            words[i] = random.Next(3) == 0 ? (uint)random.NextInt64(1L << 32) : all[random.Next(all.Count)] | (random.Next(2) == 0 ? 0x3E0u : 0);
        }

        foreach (bool withoutStack in new[] { false, true })
        {
            var positions = new ushort[length + A64Filter.Excess];
            int count = A64Filter.Findings.Find(words, positions, withoutStack, out int stack);
            List<ushort> expected = [];
            int expectedStack = 0;
            for (int i = 0; i < length; i++)
            {
                bool isStack = withoutStack && A64Filter.Findings.IsApart(words[i]);
                expectedStack += isStack ? 1 : 0;
                if (!isStack && A64Filter.Findings.IsCandidate(words[i]))
                {
                    expected.Add((ushort)i);
                }
            }

            positions.AsSpan(0, count).ToArray().Should().Equal(expected);
            stack.Should().Be(expectedStack);
        }
    }

    [Fact]
    public void Each_width_of_vectors_finds_the_same()
    {
        uint[] words = [.. WordsOfEveryRow()];
        words = words[..^(words.Length % 32)];
        foreach (bool withoutStack in new[] { false, true })
        {
            foreach (uint[] piece in words.Chunk(2048))
            {
                var expected = new ushort[piece.Length + A64Filter.Excess];
                int expectedCount = A64Filter.Findings.Find(piece, expected, withoutStack, out int expectedStack);
                foreach (FindInVectors find in Supported())
                {
                    var positions = new ushort[piece.Length + A64Filter.Excess];
                    int count = 0;
                    int stack = 0;
                    find(ref piece[0], piece.Length, ref positions[0], withoutStack, ref count, ref stack).Should().Be(piece.Length);
                    positions.AsSpan(0, count).ToArray().Should().Equal(expected[..expectedCount]);
                    stack.Should().Be(expectedStack);
                }
            }
        }
    }

    [Fact]
    public void What_may_be_no_instruction_is_a_candidate_or_counted_apart()
    {
        uint open = 0xFFE00000 | Seen | 0xC00;
        uint field = 0;
        do
        {
            int group = (int)(field >> 25) & 15;
            bool isReserved = group is 1 or 3 || (group == 0 && field >> 31 == 0);
            A64Filter.Undecoded.IsApart(field).Should().Be(isReserved, "{0:x8}", field);
            if (!isReserved && group != 0 && Unsafe.Add(ref A64Prefixes.MayBeUnallocated, (nint)A64Prefixes.Of(field)))
            {
                A64Filter.Undecoded.IsCandidate(field).Should().BeTrue("{0:x8}", field);
            }

            field = (field - open) & open;
        }
        while (field != 0);
    }

    [Fact]
    public void A_prefix_without_unallocated_words_has_none()
    {
        foreach (uint word in WordsOfEveryRow())
        {
            if (InstructionDecoder.DecodeA64(word, out _) == DecodeStatus.Unallocated)
            {
                Unsafe.Add(ref A64Prefixes.MayBeUnallocated, (nint)A64Prefixes.Of(word)).Should().BeTrue("{0:x8}", word);
            }
        }
    }

    [Fact]
    public void Words_that_are_no_instruction_are_counted_as_the_decoder_tells_them()
    {
        var random = new Random(7);
        for (uint upper = 0; upper < 1 << 11; upper++)
        {
            for (int i = 0; i < 100; i++)
            {
                uint word = (upper << 21) | (uint)random.Next(1 << 21) & (i < 50 ? 0x1F_FFFFu : 0x00_FFFFu);
                bool isUndecoded = ((word >> 25) & 15) switch
                {
                    0 => word >> 31 == 0 && word >> 16 != 0,
                    1 or 3 => true,
                    _ => InstructionDecoder.DecodeA64(word, out _) == DecodeStatus.Unallocated,
                };
                CountUndecoded(word).Should().Be(isUndecoded ? 1 : 0, "{0:x8}", word);
            }
        }

        uint[] words = [.. WordsOfEveryRow()];
        CountUndecoded(words).Should().Be(words.Sum(static word => CountUndecoded(word)));
    }

    private static int CountUndecoded(params uint[] words) => A64Classes.CountUndecoded(words, new ushort[words.Length + A64Filter.Excess]);

    private delegate int FindInVectors(ref uint word, int length, ref ushort position, bool withoutStack, ref int count, ref int stack);

    private static IEnumerable<FindInVectors> Supported()
    {
        if (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            yield return A64Filter.Findings.FindVector128;
        }

        if (Avx2.IsSupported)
        {
            yield return A64Filter.Findings.FindAvx2;
        }
    }

    // Each row's word with all fields 0, all 1, and a mixture, and its neighbours.
    internal static IEnumerable<uint> WordsOfEveryRow()
    {
        for (int i = 0; i < A64Table.RowCount; i++)
        {
            ulong row = A64Table.Rows[i * A64Row.Words];
            uint open = ~(uint)row;
            var value = (uint)(row >> 32);
            yield return value;
            yield return value | open;
            yield return value | (open & 0x5A5A_5A5A);
            yield return value | (open & 0x0000_03E0);
            yield return value ^ 0x0040_0000;
            yield return value ^ 0x0000_0800;
        }
    }
}
