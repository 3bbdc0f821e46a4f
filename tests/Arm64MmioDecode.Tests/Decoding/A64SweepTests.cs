extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Tests.Encodings;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Decoding;

public sealed class A64SweepTests
{
    private const int FirstRow = 2;

    /// <summary>All 2^32 words with MMIODECODE_FULL=1; otherwise every 61st, which reaches every value of every byte.</summary>
    [Fact]
    public void Every_word_decodes_without_exception_and_each_encoding_takes_the_words_that_its_free_bits_predict()
    {
        bool full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";
        List<EncodingRow> rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows;
        uint step = full ? 1u : 61u;
        long[] counts = new long[rows.Count + FirstRow];
        object merge = new();
        Parallel.For(0, 256, () => new long[counts.Length], (top, _, local) =>
        {
            ulong first = (ulong)top << 24;
            for (ulong word = (first + step - 1) / step * step; word < first + (1u << 24); word += step)
            {
                DecodeStatus status = InstructionDecoder.DecodeA64((uint)word, out var access);
                local[status == DecodeStatus.MemoryAccess ? access.EncodingIndex : (int)status]++;
            }

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

        counts.Sum().Should().Be(((1L << 32) + step - 1) / step);
        Dictionary<EncodingRow, long> predicted = RowCounts.Predict(rows, 32);
        if (full)
        {
            foreach ((EncodingRow row, int i) in rows.Select((row, i) => (row, i)))
            {
                counts[i + FirstRow].Should().Be(predicted[row], "of {0}", row.Name);
            }
        }
        else
        {
            long expected = predicted.Values.Sum() / step;
            counts.AsSpan(FirstRow).ToArray().Sum().Should().BeCloseTo(expected, (ulong)expected / 1000);
        }
    }

    [Fact]
    public void Decoding_allocates_nothing()
    {
        uint word = 1;
        InstructionDecoder.DecodeA64(word, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            word = (word * 1664525) + 1013904223;
            InstructionDecoder.DecodeA64(word, out _);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }
}
