using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Tests.Emulation.SeveralCpus;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>What a bus that gets transactions whole is told.</summary>
public class WholeTransactionTests
{
    private static readonly EmulationOptions s_whole = new()
    {
        WholeTransactions = true,
        Exclusives = ExclusivePolicy.Perform,
        Atomics = AtomicPolicy.Perform,
    };

    [Theory]
    [InlineData(0x88DFFC40u, BusOrdering.Acquire)] // ldar
    [InlineData(0x889FFC40u, BusOrdering.Release)] // stlr
    [InlineData(0xB8BFC040u, BusOrdering.AcquirePC)] // ldapr
    [InlineData(0xB8E00040u, BusOrdering.Acquire | BusOrdering.Release)] // ldaddal w0, w0
    [InlineData(0xB8E0005Fu, BusOrdering.Release)] // ldaddal w0, wzr: no acquire without a destination
    [InlineData(0xA9400440u, BusOrdering.None)] // ldp
    public void Ordering(uint opcode, BusOrdering ordering) =>
        Log(opcode, 0x1000).Should().OnlyContain(transaction => transaction.Ordering == ordering);

    [Theory]
    [InlineData(0xA9400440u, true)] // ldp x0, x1, [x2]
    [InlineData(0xA94007E0u, false)] // ldp x0, x1, [sp]
    [InlineData(0xF9400FE0u, false)] // ldr x0, [sp, #24]
    [InlineData(0xF8410FE0u, true)] // ldr x0, [sp, #16]!
    [InlineData(0xF8636BE0u, true)] // ldr x0, [sp, x3]
    [InlineData(0x58000020u, false)] // ldr x0, literal
    [InlineData(0xF8E003E0u, false)] // ldaddal x0, x0, [sp]
    public void Tag_checked_accesses_and_their_logical_tag(uint opcode, bool isChecked)
    {
        List<BusTransaction> log = Log(opcode, 0x0A00_0000_0000_0000);
        log.Should().NotBeEmpty().And.OnlyContain(transaction => transaction.IsTagChecked == isChecked);
        log.Should().OnlyContain(transaction => transaction.LogicalTag == (opcode == 0x58000020 ? 0 : 0xA));
        log.Should().OnlyContain(transaction => transaction.Address >> 56 == 0, "TBI is on");
    }

    // As tagchecked in the decode and operation sections of these instructions.
    [Theory]
    [InlineData(0xA41F77E9u, true)] // ldff1b { z9.b }, p5/z, [sp], whose index is XZR
    [InlineData(0xA40377E9u, true)] // ldff1b { z9.b }, p5/z, [sp, x3]
    [InlineData(0xE01FE3EAu, true)] // ld1b {za0v.b[w15, 10]}, p0/z, [sp], whose index is XZR
    [InlineData(0xE1FF2BE2u, true)] // st1q of a ZA tile slice, likewise
    [InlineData(0xA410A3E9u, false)] // ldnf1b { z9.b }, p0/z, [sp]
    [InlineData(0xA400A3E0u, false)] // ld1b { z0.b }, p0/z, [sp]
    [InlineData(0xE10003E0u, false)] // ldr za[w12, 0], [sp]
    public void Tag_checked_accesses_of_scalable_vectors_at_SP(uint opcode, bool isChecked)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        access.IsTagChecked.Should().Be(isChecked);
    }

    [Fact]
    public void An_atomic_is_a_read_and_a_compare_and_exchange()
    {
        List<BusTransaction> log = Log(0xB8E00040, 0x1004);
        log.Select(transaction => (transaction.Operation, transaction.Size, transaction.Address, transaction.Low, transaction.ComparandLow))
            .Should().Equal((BusOperation.Read, 4, 0x1004, 0, 0), (BusOperation.CompareExchange, 4, 0x1004, 0x1004, 0));
    }

    [Fact]
    public void A_compare_and_swap_is_one_transaction_and_big_endian_pairs_keep_their_lanes()
    {
        InstructionDecoder.DecodeA64(0x48207C82, out AccessDescriptor casp).Should().Be(DecodeStatus.MemoryAccess);
        casp.ToString().Should().Be("casp x0, x1, x2, x3, [x4]");
        var registers = new GuestRegisters();
        registers.SetX(2, 0x0102030405060708);
        registers.SetX(3, 0x1112131415161718);
        registers.SetX(4, 0x1000);
        var ram = new SharedRam { Log = [] };
        new AccessPlan().Execute(casp, registers, ram, s_whole with { BigEndian = true }).Should().Be(EmulationStatus.Completed);
        BusTransaction only = ram.Log.Should().ContainSingle().Subject;
        (only.Operation, only.Size, only.Low, only.High).Should().Be((BusOperation.CompareExchange, 16, 0x0807060504030201ul, 0x1817161514131211ul));
        (ram[0], ram[1]).Should().Be((0x0807060504030201, 0x1817161514131211));
    }

    [Fact]
    public void A_store_exclusive_fails_when_memory_has_changed()
    {
        var ram = new SharedRam();
        var registers = new GuestRegisters();
        registers.SetX(2, 0x1000);
        var plan = new AccessPlan();
        Execute(0xC85F7C40); // ldxr x0, [x2]
        ram.Perform(default(BusTransaction), new byte[1]).IsSuccess.Should().BeTrue("a read changes nothing");
        InstructionDecoder.DecodeA64(0xF9000041, out AccessDescriptor other).Should().Be(DecodeStatus.MemoryAccess);
        var otherCpu = new GuestRegisters();
        otherCpu.SetX(1, 7);
        otherCpu.SetX(2, 0x1000);
        new AccessPlan().Execute(other, otherCpu, ram, s_whole).Should().Be(EmulationStatus.Completed);
        registers.SetX(0, 9);
        Execute(0xC8017C40); // stxr w1, x0, [x2]
        (registers.GetX(1), ram[0]).Should().Be((1, 7));

        void Execute(uint opcode)
        {
            InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
            plan.Execute(access, registers, ram, s_whole).Should().Be(EmulationStatus.Completed);
        }
    }

    [Fact]
    public void An_atomic_that_always_loses_is_left_to_the_guest()
    {
        InstructionDecoder.DecodeA64(0xB8E00040, out AccessDescriptor add).Should().Be(DecodeStatus.MemoryAccess);
        var registers = new GuestRegisters { Pc = 0x40000000 };
        registers.SetX(0, 1);
        registers.SetX(2, 0x1000);
        var bus = new Restless();
        new AccessPlan().Execute(add, registers, bus, s_whole).Should().Be(EmulationStatus.Continue);
        (registers.Pc, registers.GetX(0)).Should().Be((0x40000000, 1), "nothing changed");
        bus.Count.Should().BeLessThan(100);
    }

    [Fact]
    public void A_bus_that_cannot_take_what_the_options_ask_for_is_refused_at_once()
    {
        var registers = new GuestRegisters();
        var plain = new Plain();
        Refuses(new EmulationOptions { BusWidth = 16 }, "BusWidth = 16 needs*IWideMmioBus*");
        Refuses(new EmulationOptions { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction }, "SixtyFourBytes*IWideMmioBus*");
        Refuses(new EmulationOptions { TaggedMemory = true }, "TaggedMemory*ITagMemory*");
        Refuses(new EmulationOptions { WholeTransactions = true }, "WholeTransactions*ITransactionBus*");
        var width = () => new EmulationOptions { BusWidth = 3 };
        width.Should().Throw<ArgumentOutOfRangeException>().WithMessage("BusWidth is 1, 2, 4, 8 or 16 bytes*").WithParameterName("BusWidth");
        var zero = () => registers.SetX(31, 0);
        zero.Should().Throw<ArgumentOutOfRangeException>();
        var vector = () => registers.SetV(32, 0, 0);
        vector.Should().Throw<ArgumentOutOfRangeException>();

        void Refuses(EmulationOptions options, string message)
        {
            var create = () => new ExitHandler(registers, plain, options: options);
            create.Should().Throw<ArgumentException>().WithMessage(message);
            var handler = new ExitHandler(registers, plain);
            var set = () => handler.Options = options;
            set.Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void Who_goes_step_by_step_needs_no_devices()
    {
        var registers = new GuestRegisters { Pc = 0x40000000, PState = 0x3C5 };
        registers.SetX(2, 0x9000000);
        var handler = new ExitHandler(registers, devices: null, options: new EmulationOptions { BusWidth = 16, WholeTransactions = true });
        DataAbortExit exit = DataAbortExit.FromAddresses(0x92000006, 0x9000000, 0x9000000).WithInstruction([0x40, 0x04, 0x40, 0xA9]);
        var handle = () => handler.Handle(exit);
        handle.Should().Throw<InvalidOperationException>().WithMessage("*step by step*");
        handler.Begin(exit).Status.Should().Be(ExitStatus.Pending);
        while (handler.TryGetNext(out BusTransaction next))
        {
            handler.Complete(next.Address);
        }

        handler.Commit().Status.Should().Be(ExitStatus.Completed);
        (registers.GetX(0), registers.GetX(1)).Should().Be((0x9000000, 0x9000008));
    }

    private static List<BusTransaction> Log(uint opcode, ulong address)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        var registers = new GuestRegisters { Sp = address };
        registers.SetX(0, address);
        registers.SetX(2, address);
        var ram = new SharedRam { Log = [] };
        new AccessPlan().Execute(access, registers, ram, s_whole with { TopByteIgnored = true }).Should().Be(EmulationStatus.Completed);
        return ram.Log;
    }

    // Memory that another CPU writes all the time.
    private sealed class Restless : ITransactionBus
    {
        public int Count { get; private set; }

        public BusStatus Perform(in BusTransaction transaction, Span<byte> data)
        {
            data.Clear();
            data[0] = (byte)++Count;
            return BusStatus.Success;
        }

        public BusStatus Read(ulong address, int size, out ulong value) => throw new NotSupportedException();

        public BusStatus Write(ulong address, int size, ulong value) => throw new NotSupportedException();
    }

    private sealed class Plain : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }
}
