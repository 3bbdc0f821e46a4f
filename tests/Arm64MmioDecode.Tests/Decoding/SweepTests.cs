extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tests.Encodings;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Decoding;

public sealed class SweepTests
{
    private const int FirstRow = 2;
    private const ulong FirstWideT32Word = 0xE8000000;

    /// <summary>
    /// All words with MMIODECODE_FULL=1: 2^32 in A64 and A32, all 16-bit and 32-bit ones in T32. Otherwise every 61st, which
    /// reaches every value of every byte.
    /// </summary>
    [Theory]
    [InlineData(InstructionSet.A64)]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void Every_word_decodes_without_exception_and_each_encoding_takes_the_words_that_its_free_bits_predict(InstructionSet set)
    {
        bool full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";
        List<EncodingRow> rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{set}.encodings"), registerWidth: set == InstructionSet.A64 ? 5 : 4).Rows;
        uint step = full ? 1u : 61u;
        ulong start = set == InstructionSet.T32 ? FirstWideT32Word : 0;
        long[] counts = new long[rows.Count + FirstRow];
        object merge = new();
        Parallel.For((int)(start >> 24), 256, () => new long[counts.Length], (top, _, local) =>
        {
            ulong first = (ulong)top << 24;
            Count(set, (first + step - 1) / step * step, first + (1u << 24), step, local);
            return local;
        }, local =>
        {
            lock (merge)
            {
                for (int i = 0; i < counts.Length; i++)
                {
                    counts[i] += local[i];
                }
            }
        });

        counts.Sum().Should().BeCloseTo((long)((1UL << 32) - start) / step, 1);
        Dictionary<EncodingRow, long> predicted = RowCounts.Predict(rows.Where(row => row.Pattern.Length == 32));
        if (full)
        {
            foreach ((EncodingRow row, int i) in rows.Select((row, i) => (row, i)).Where(pair => predicted.ContainsKey(pair.row) && !pair.row.IsHint))
            {
                counts[i + FirstRow].Should().Be(predicted[row], "of {0}", row.Name);
            }
        }
        else
        {
            long expected = predicted.Where(pair => !pair.Key.IsHint).Sum(pair => pair.Value) / step;
            counts.AsSpan(FirstRow).ToArray().Sum().Should().BeCloseTo(expected, (ulong)expected / 1000);
        }
    }

    [Fact]
    public void Every_16_bit_T32_word_decodes_without_exception_and_each_encoding_takes_the_words_that_its_free_bits_predict()
    {
        List<EncodingRow> rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "T32.encodings"), registerWidth: 4).Rows;
        long[] counts = new long[rows.Count + FirstRow];
        Count(InstructionSet.T32, 0, FirstWideT32Word >> 16, 1, counts);
        Dictionary<EncodingRow, long> predicted = RowCounts.Predict(rows.Where(row => row.Pattern.Length == 16));

        predicted.Should().NotBeEmpty();
        foreach ((EncodingRow row, int i) in rows.Select((row, i) => (row, i)))
        {
            counts[i + FirstRow].Should().Be(predicted.GetValueOrDefault(row), "of {0}", row.Name);
        }
    }

    [Fact]
    public void A_first_halfword_alone_asks_for_one_more_exactly_when_it_announces_a_32_bit_instruction()
    {
        for (uint halfword = 0; halfword <= 0xFFFF; halfword++)
        {
            bool needsMore = InstructionDecoder.DecodeT32(halfword, out AccessDescriptor access) == DecodeStatus.NeedMoreData;

            // Arm ARM, section F3.1: bits 15:11 are 0b11101, 0b11110 or 0b11111.
            needsMore.Should().Be(halfword >> 11 is 0b11101 or 0b11110 or 0b11111);
            InstructionDecoder.GetT32Length((ushort)halfword).Should().Be(needsMore ? 4 : 2);
            if (needsMore)
            {
                access.Should().Be(default(AccessDescriptor));
            }
        }
    }

    [Fact]
    public void A_byte_stream_decodes_like_the_word_and_says_when_it_is_too_short()
    {
        // ldr.w r1, [r0, #4] and pop {r0, pc}.
        byte[] code = [0xD0, 0xF8, 0x04, 0x10, 0x01, 0xBD];

        InstructionDecoder.DecodeT32(code, ItState.None, out AccessDescriptor wide).Should().Be(DecodeStatus.MemoryAccess);
        wide.ToString().Should().Be("ldr.w r1, [r0, #4]");
        InstructionDecoder.DecodeT32(code.AsSpan(wide.Length), ItState.ForCondition(1), out AccessDescriptor narrow).Should().Be(DecodeStatus.MemoryAccess);
        narrow.ToString().Should().Be("popne {r0, pc}");
        narrow.Length.Should().Be(2);
        foreach (int length in (int[])[0, 1, 2, 3])
        {
            InstructionDecoder.DecodeT32(code.AsSpan(0, length), ItState.None, out AccessDescriptor none).Should().Be(DecodeStatus.NeedMoreData);
            none.Should().Be(default(AccessDescriptor));
        }
    }

    [Theory]
    [InlineData(InstructionSet.A64)]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void Decoding_allocates_nothing(InstructionSet set)
    {
        uint word = 1;
        InstructionDecoder.Decode(set, word, default, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            word = (word * 1664525) + 1013904223;
            InstructionDecoder.Decode(set, word, default, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static void Count(InstructionSet set, ulong from, ulong to, uint step, long[] counts)
    {
        for (ulong word = from; word < to; word += step)
        {
            DecodeStatus status = InstructionDecoder.Decode(set, (uint)word, default, out AccessDescriptor access);
            counts[status == DecodeStatus.MemoryAccess ? access.EncodingIndex : (int)status]++;
        }
    }
}
