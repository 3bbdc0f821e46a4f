using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>The A64 corpora: always <see cref="Count"/> words, the real ones repeated in program order.</summary>
internal static class A64Words
{
    /// <summary>More than a branch predictor remembers.</summary>
    public const int Count = 1 << 20;

    private const int Seed = 64;

    public static uint[] Read(A64Corpus corpus)
    {
        (uint Mask, uint Value)[][] encodings = Encodings();
        return corpus switch
        {
            A64Corpus.LibcLoadsAndStores => Repeat(LibcText().Where(IsLoadOrStore)),
            A64Corpus.LibcText => Repeat(LibcText()),
            A64Corpus.RandomWords => Generate(DecodeStatus.MemoryAccess, NextWord),
            A64Corpus.RandomEncodings => Generate(DecodeStatus.MemoryAccess, random => NextOfEncoding(random, encodings)),
            A64Corpus.Unallocated => Generate(DecodeStatus.Unallocated, NextWord),
            _ => Generate(DecodeStatus.Unallocated, random => NextOfEncoding(random, encodings) ^ (1u << random.Next(32))),
        };
    }

    public static uint[] Repeat(IEnumerable<uint> words)
    {
        uint[] once = [.. words];
        return [.. Enumerable.Range(0, Count).Select(i => once[i % once.Length])];
    }

    // The group "Loads and Stores": op0 = x1x0 in bits 28:25 (Arm ARM, section C4.1).
    private static bool IsLoadOrStore(uint word) => ((word >> 25) & 5) == 4;

    private static uint[] LibcText() =>
    [
        .. CorpusFiles.A64.SelectMany(file => MemoryMarshal.Cast<byte, uint>(ElfText.Read(file)).ToArray()),
    ];

    private static uint NextWord(Random random) => (uint)random.NextInt64(1L << 32);

    private static uint NextOfEncoding(Random random, (uint Mask, uint Value)[][] encodings)
    {
        (uint mask, uint value) = Any(random, Any(random, encodings));
        return value | (NextWord(random) & ~mask);
    }

    private static T Any<T>(Random random, T[] items) => items[random.Next(items.Length)];

    // An encoding can have several rows in the decoder's table.
    private static (uint Mask, uint Value)[][] Encodings() =>
    [
        .. A64Table.Rows.ToArray().Chunk(A64Row.Words).Skip(A64Table.FirstAccess)
            .GroupBy(row => (ushort)(row[A64Row.Addressing] >> 32), row => ((uint)row[0], (uint)(row[0] >> 32)))
            .Select(rows => rows.ToArray()),
    ];

    private static uint[] Generate(DecodeStatus wanted, Func<Random, uint> next)
    {
        var random = new Random(Seed);
        var words = new uint[Count];
        for (int i = 0; i < words.Length;)
        {
            uint word = next(random);
            if (InstructionDecoder.DecodeA64(word, out _) == wanted)
            {
                words[i++] = word;
            }
        }

        return words;
    }
}
