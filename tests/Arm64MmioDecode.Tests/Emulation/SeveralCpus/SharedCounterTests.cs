using System;
using System.Threading;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.SeveralCpus;

/// <summary>CPUs that count together lose no count, each with a plan of its own on one bus.</summary>
public class SharedCounterTests
{
    private const int Cpus = 4;

    private static readonly int s_rounds = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 2_500_000 : 20_000;

    private static readonly EmulationOptions s_options = new()
    {
        WholeTransactions = true,
        Exclusives = ExclusivePolicy.Perform,
        Atomics = AtomicPolicy.Perform,
    };

    [Theory]
    [InlineData(0xF8200040u, "ldadd x0, x0, [x2]", 1)]
    [InlineData(0xB8E00040u, "ldaddal w0, w0, [x2]", 1)]
    [InlineData(0x38200040u, "ldaddb w0, w0, [x2]", 1)]
    public void Atomic_additions(uint opcode, string text, int step)
    {
        var ram = new SharedRam();
        AccessDescriptor add = Decode(opcode, text);
        long total = Run(ram, (cpu, registers) =>
        {
            registers.SetX(0, (ulong)step);
            Execute(cpu, add, registers, ram);
        });
        long mask = add.ElementSize == 8 ? -1 : (1L << (8 * add.ElementSize)) - 1;
        ram[0].Should().Be(total & mask, "and no neighbour was touched");
    }

    [Fact]
    public void Load_and_store_exclusive()
    {
        var ram = new SharedRam();
        AccessDescriptor load = Decode(0xC85F7C40, "ldxr x0, [x2]");
        AccessDescriptor store = Decode(0xC8017C40, "stxr w1, x0, [x2]");
        long failures = 0;
        long total = Run(ram, (cpu, registers) =>
        {
            while (true)
            {
                Execute(cpu, load, registers, ram);
                registers.SetX(0, registers.GetX(0) + 1);
                Execute(cpu, store, registers, ram);
                if (registers.GetX(1) == 0)
                {
                    return;
                }

                Interlocked.Increment(ref failures);
            }
        });
        ram[0].Should().Be(total);
    }

    [Fact]
    public void Pairs_of_exclusives()
    {
        var ram = new SharedRam();
        AccessDescriptor load = Decode(0xC87F0C40, "ldxp x0, x3, [x2]");
        AccessDescriptor store = Decode(0xC8210C40, "stxp w1, x0, x3, [x2]");
        long total = Run(ram, (cpu, registers) =>
        {
            do
            {
                Execute(cpu, load, registers, ram);
                registers.SetX(0, registers.GetX(0) + 1);
                registers.SetX(3, registers.GetX(3) + 2);
                Execute(cpu, store, registers, ram);
            }
            while (registers.GetX(1) != 0);
        });
        (ram[0], ram[1]).Should().Be((total, 2 * total));
    }

    [Theory]
    [InlineData(0xC8A07C41u, "cas x0, x1, [x2]")]
    [InlineData(0x88A07C41u, "cas w0, w1, [x2]")]
    public void Compare_and_swap(uint opcode, string text)
    {
        var ram = new SharedRam();
        AccessDescriptor swap = Decode(opcode, text);
        long total = Run(ram, (cpu, registers) =>
        {
            ulong expected = registers.GetX(4);
            while (true)
            {
                registers.SetX(0, expected);
                registers.SetX(1, expected + 1);
                Execute(cpu, swap, registers, ram);
                if (registers.GetX(0) == expected)
                {
                    registers.SetX(4, expected + 1);
                    return;
                }

                expected = registers.GetX(0);
            }
        });
        ram[0].Should().Be(total);
    }

    [Fact]
    public void A32_exclusives()
    {
        var ram = new SharedRam();
        InstructionDecoder.DecodeA32(0xE1920F9F, out AccessDescriptor load).Should().Be(DecodeStatus.MemoryAccess); // ldrex r0, [r2]
        InstructionDecoder.DecodeA32(0xE1821F90, out AccessDescriptor store).Should().Be(DecodeStatus.MemoryAccess); // strex r1, r0, [r2]
        long total = Run(ram, (cpu, registers) =>
        {
            registers.PState = 0x1D3;
            do
            {
                Execute(cpu, load, registers, ram);
                registers.SetX(0, registers.GetX(0) + 1);
                Execute(cpu, store, registers, ram);
            }
            while (registers.GetX(1) != 0);
        });
        ram[0].Should().Be(total & uint.MaxValue);
    }

    // Each CPU counts as often; the sum.
    private static long Run(SharedRam ram, Action<AccessPlan, GuestRegisters> count)
    {
        var threads = new Thread[Cpus];
        Exception? failure = null;
        for (int i = 0; i < Cpus; i++)
        {
            threads[i] = new Thread(() =>
            {
                try
                {
                    var plan = new AccessPlan();
                    var registers = new GuestRegisters();
                    registers.SetX(2, 0x1000);
                    for (int round = 0; round < s_rounds; round++)
                    {
                        count(plan, registers);
                    }
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            });
        }

        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        failure.Should().BeNull();
        _ = ram;
        return (long)Cpus * s_rounds;
    }

    private static void Execute(AccessPlan plan, in AccessDescriptor access, GuestRegisters registers, SharedRam ram)
    {
        EmulationStatus status;
        do
        {
            status = plan.Execute(access, registers, ram, s_options);
        }
        while (status == EmulationStatus.Continue);

        if (status != EmulationStatus.Completed)
        {
            throw new InvalidOperationException($"{access}: {status}");
        }
    }

    private static AccessDescriptor Decode(uint opcode, string text)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        access.ToString().Should().Be(text);
        return access;
    }
}
