using Arm64MmioDecode.Benchmarks.Corpora;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>Decoding of A32 and T32 instructions into complete descriptors, beside the floor.</summary>
[MemoryDiagnoser]
public class AArch32Decoding
{
    private uint[] _words = [];
    private int _next;

    [ParamsAllValues]
    public AArch32Corpus Corpus { get; set; }

    [GlobalSetup]
    public void Setup() => _words = AArch32Words.Read(Corpus);

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
    public long Decode() => AArch32Words.IsT32(Corpus) ? DecodeT32() : DecodeA32();

    private long DecodeA32()
    {
        long sum = 0;
        foreach (uint word in Window.Next(_words, ref _next))
        {
            sum += (long)InstructionDecoder.DecodeA32(word, out AccessDescriptor descriptor);
            sum += descriptor.Offset;
        }

        return sum;
    }

    private long DecodeT32()
    {
        long sum = 0;
        foreach (uint word in Window.Next(_words, ref _next))
        {
            sum += (long)InstructionDecoder.DecodeT32(word, out AccessDescriptor descriptor);
            sum += descriptor.Offset;
        }

        return sum;
    }
}
