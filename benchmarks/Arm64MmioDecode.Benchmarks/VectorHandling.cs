using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>SVE accesses on a device in the same process beside the floor: decoding, transactions, commit.</summary>
[MemoryDiagnoser]
public class VectorHandling
{
    private const int Accesses = 1 << 10;
    private const ulong DevicePage = 0x9000000;

    private readonly ScalableGuestRegisters _registers = new(vectorLength: 32);
    private readonly RegisterDevice _device = new();
    private readonly AccessPlan _plan = new(new ExclusiveMonitor(), scalable: true);
    private uint _opcode;

    [ParamsAllValues]
    public VectorKind Access { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // ld1w { z0.s }, p0/z, [x0]; ld4b { z0.b - z3.b }, p0/z, [x0]
        _opcode = Access == VectorKind.LoadWords ? 0xA540A000 : 0xA460E000;
        _registers.SetX(0, DevicePage);
        _registers.WriteP(0, [0xFF, 0xFF, 0xFF, 0xFF]);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Window.Words)]
    public long Floor()
    {
        long sum = 0;
        for (int i = 0; i < Window.Words; i++)
        {
            Benchmarks.Floor.Extract(_opcode, out FloorResult result);
            sum += result.Immediate;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Accesses)]
    public long Plan()
    {
        long sum = 0;
        for (int i = 0; i < Accesses; i++)
        {
            InstructionDecoder.DecodeA64(_opcode, out AccessDescriptor access);
            sum += (long)_plan.Execute(access, _registers, _device, default);
        }

        return sum;
    }
}
