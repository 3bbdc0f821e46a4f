using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Arm64MmioDecode.Benchmarks.Corpora;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Sweeping;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>Finding the instructions without a syndrome in 64 MiB of code, a MiB at a time, beside reading the same code. An operation is a KiB.</summary>
[MemoryDiagnoser]
public class CodeSweeping
{
    /// <summary>What one call reads: the next part of more than a processor's caches hold.</summary>
    internal const int Part = 1 << 20;
    private const int Length = 64 << 20;
    private const int Kilobytes = Part >> 10;

    private readonly InstructionHit[] _hits = new InstructionHit[4096];
    private byte[] _code = [];
    private int _next;

    [ParamsAllValues]
    public InstructionSet Set { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        IReadOnlyList<string> files = Set switch
        {
            InstructionSet.A64 => CorpusFiles.A64,
            InstructionSet.A32 => CorpusFiles.A32,
            _ => CorpusFiles.T32,
        };
        byte[] once = [.. files.SelectMany(ElfText.Read)];
        var code = new MemoryStream(Length);
        while (code.Length < Length)
        {
            code.Write(once.AsSpan(0, (int)Math.Min(once.Length, Length - code.Length)));
        }

        _code = code.GetBuffer();
    }

    /// <summary>As fast as memory gives: four sums, so that no addition waits for another.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Kilobytes)]
    public long Read()
    {
        ref ulong first = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<byte, ulong>(Window.Next(_code, ref _next, Part)));
        Vector256<ulong> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        for (nuint i = 0; i < Part / sizeof(ulong); i += 16)
        {
            sum0 += Vector256.LoadUnsafe(ref first, i);
            sum1 += Vector256.LoadUnsafe(ref first, i + 4);
            sum2 += Vector256.LoadUnsafe(ref first, i + 8);
            sum3 += Vector256.LoadUnsafe(ref first, i + 12);
        }

        return (long)Vector256.Sum(sum0 + sum1 + sum2 + sum3);
    }

    [Benchmark(OperationsPerInvoke = Kilobytes)]
    public long Sweep()
    {
        long sum = 0;
        var sweep = new InstructionSweep(Window.Next(_code, ref _next, Part), Set);
        for (int count; (count = sweep.Read(_hits)) != 0;)
        {
            // The last address and reason of each piece: they are all there.
            sum += _hits[count - 1].Offset + (long)_hits[count - 1].Reasons;
        }

        return sum + sweep.OmittedStack;
    }
}
