using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using BenchmarkDotNet.Attributes;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>
/// Whole exits on a device in the same process, from the syndrome to the changed registers, beside the floor: the plan alone
/// (syndrome, decoding, transactions, commit), and the handler with its checks.
/// </summary>
[MemoryDiagnoser]
public class ExitHandling
{
    private const ulong DevicePage = 0x9000000;
    private const ulong Hpfar = DevicePage >> 8;
    private const uint El1 = 0x3C5;

    private readonly GuestRegisters _registers = new() { PState = El1 };
    private readonly RegisterDevice _device = new();
    private readonly AccessPlan _plan = new();
    private readonly ExitHandler _handler;
    private RecordedExit[] _exits = [];
    private int _next;

    public ExitHandling() => _handler = new ExitHandler(_registers, _device);

    [ParamsAllValues]
    public ExitKind Exit { get; set; }

    [GlobalSetup]
    public void Setup() => _exits = RecordedExit.Generate(Exit, DevicePage);

    [Benchmark(Baseline = true, OperationsPerInvoke = Window.Words)]
    public long Floor()
    {
        long sum = 0;
        foreach (ref readonly RecordedExit exit in Window.Next(_exits, ref _next))
        {
            Benchmarks.Floor.Extract(exit.Opcode, out FloorResult result);
            sum += result.Immediate;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Window.FewWords)]
    public long Plan()
    {
        var device = new DeviceReference(_device);
        long sum = 0;
        foreach (ref readonly RecordedExit exit in Window.Next(_exits, ref _next, Window.FewWords))
        {
            DataAbortSyndrome syndrome = DataAbortSyndrome.FromEsr(exit.Esr);
            if (AccessSyndrome.TryGetAccess(syndrome, El1, out AccessDescriptor access)
                || InstructionDecoder.DecodeA64(exit.Opcode, out access) == DecodeStatus.MemoryAccess)
            {
                sum += (long)_plan.Execute(access, exit.Far, _registers, ref device, default);
            }
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Window.FewWords)]
    public long Handler()
    {
        long sum = 0;
        Span<byte> instruction = stackalloc byte[sizeof(uint)];
        foreach (ref readonly RecordedExit exit in Window.Next(_exits, ref _next, Window.FewWords))
        {
            _registers.SetX(exit.Rn, exit.Far);
            BitConverter.TryWriteBytes(instruction, exit.Opcode);
            sum += (long)_handler.Handle(DataAbortExit.FromRegisters(exit.Esr, exit.Far, Hpfar).WithInstruction(instruction)).Status;
        }

        return sum;
    }

    private readonly struct DeviceReference(RegisterDevice device) : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value) => device.Read(address, size, out value);

        public BusStatus Write(ulong address, int size, ulong value) => device.Write(address, size, value);
    }
}
