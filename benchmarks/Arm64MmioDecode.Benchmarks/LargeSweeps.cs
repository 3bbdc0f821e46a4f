using System;
using System.Diagnostics;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>What 2^30 words take on one core.</summary>
internal static class LargeSweeps
{
    private const long Words = 1L << 30;

    // Odd, so that the multiples of it are different words, spread over all of them.
    private const uint Step = 0x9E3779B1;

    /// <summary>Decodes 2^30 different words, spread over all that there are.</summary>
    public static TimeSpan Decode()
    {
        // Enough for the JIT compiler's last word.
        for (int i = 0; i < 60; i++)
        {
            Decode(1 << 14);
        }

        long start = Stopwatch.GetTimestamp();
        Decode(Words);
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>Finds the instructions without a syndrome in 2^30 words of code: 64 MiB of a libc, 64 times.</summary>
    public static TimeSpan Sweep()
    {
        var sweeping = new CodeSweeping { Set = InstructionSet.A64 };
        sweeping.Setup();
        sweeping.Sweep();
        long start = Stopwatch.GetTimestamp();
        for (long bytes = 0; bytes < Words * sizeof(uint); bytes += CodeSweeping.Part)
        {
            sweeping.Sweep();
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private static long Decode(long count)
    {
        long accesses = 0;
        uint word = 0;
        for (long i = 0; i < count; i++)
        {
            accesses += InstructionDecoder.DecodeA64(word, out AccessDescriptor access) == DecodeStatus.MemoryAccess ? access.Length : 0;
            word += Step;
        }

        return accesses;
    }
}
