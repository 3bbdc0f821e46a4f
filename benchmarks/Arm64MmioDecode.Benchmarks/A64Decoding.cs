using System;
using Arm64MmioDecode.Benchmarks.Corpora;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>Decoding of A64 words into complete descriptors, beside the floor and Capstone.</summary>
[MemoryDiagnoser]
public class A64Decoding
{
    private uint[] _words = [];
    private int _next;
    private CapstoneStream? _capstone;
    private CapstoneStream? _capstoneWithDetail;

    [ParamsAllValues]
    public A64Corpus Corpus { get; set; }

    [GlobalSetup]
    public void Setup() => _words = A64Words.Read(Corpus);

    [Benchmark(Baseline = true, OperationsPerInvoke = Window.Words)]
    public long Floor()
    {
        long sum = 0;
        foreach (uint word in Window.Next(_words, ref _next))
        {
            Benchmarks.Floor.Extract(word, out FloorResult result);
            sum += result.Immediate;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Window.Words)]
    public long Decode()
    {
        long sum = 0;
        foreach (uint word in Window.Next(_words, ref _next))
        {
            sum += (long)InstructionDecoder.DecodeA64(word, out AccessDescriptor descriptor);
            sum += descriptor.Offset;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Window.FewWords)]
    public long DecodeAndFormat()
    {
        Span<char> text = stackalloc char[AccessDescriptor.MaxTextLength];
        long sum = 0;
        foreach (uint word in Window.Next(_words, ref _next, Window.FewWords))
        {
            InstructionDecoder.DecodeA64(word, out AccessDescriptor descriptor);
            descriptor.TryFormat(text, out int length);
            sum += length;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = CapstoneStream.Instructions)]
    public long Capstone() => (_capstone ??= CapstoneStream.OfA64(_words, detail: false)).DisassembleNext();

    [Benchmark(OperationsPerInvoke = CapstoneStream.Instructions)]
    public long CapstoneWithDetail() => (_capstoneWithDetail ??= CapstoneStream.OfA64(_words, detail: true)).DisassembleNext();
}
