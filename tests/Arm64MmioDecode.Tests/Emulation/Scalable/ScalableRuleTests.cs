using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Scalable;

/// <summary>
/// What the operation text leaves to policies, devices and modes, case by case: first-fault and non-fault loads on devices, alignment, the
/// reasons of "undefined", ranges, steps, allocation.
/// </summary>
public sealed class ScalableRuleTests
{
    private const uint Ld1w = 0xA540A000; // ld1w { z0.s }, p0/z, [x0]
    private const uint Ld1wSp = 0xA540A3E0; // ld1w { z0.s }, p0/z, [sp]
    private const uint Ldff1w = 0xA5416000; // ldff1w { z0.s }, p0/z, [x0, x1, lsl #2]
    private const uint Ldnf1w = 0xA550A000; // ldnf1w { z0.s }, p0/z, [x0]
    private const uint Ldff1wGather = 0x85016000; // ldff1w { z0.s }, p0/z, [x0, z1.s, uxtw]
    private const uint St1dScatter = 0xE5C1A020; // st1d { z0.d }, p0, [z1.d, #8]
    private const uint St1bS = 0xE440E000; // st1b { z0.s }, p0, [x0]
    private const uint Ld4b = 0xA460E000; // ld4b { z0.b - z3.b }, p0/z, [x0]
    private const uint St4b = 0xE470E000; // st4b { z0.b - z3.b }, p0, [x0]
    private const uint Ld2q = 0xA490E000; // ld2q { z0.q, z1.q }, p0/z, [x0]
    private const uint LdrZ = 0x85804000; // ldr z0, [x0]
    private const uint LdrP = 0x85800000; // ldr p0, [x0]
    private const uint Ld1rob = 0xA4202000; // ld1rob { z0.b }, p0/z, [x0]
    private const uint Ld1wQuadword = 0xA5102000; // ld1w { z0.q }, p0/z, [x0]
    private const uint Ld1q = 0xC402A020; // ld1q { z0.q }, p0/z, [z1.d, x2]
    private const uint Ld1bStrided = 0xA1400000; // ld1b { z0.b, z8.b }, pn8/z, [x0]
    private const uint Ld1bConsecutive = 0xA0408000; // ld1b { z0.b - z3.b }, pn8/z, [x0]
    private const uint Ld1bSlice = 0xE01F0000; // ld1b { za0h.b[w12, 0] }, p0/z, [x0]
    private const uint Ld1bColumn = 0xE01F8000; // ld1b { za0v.b[w12, 0] }, p0/z, [x0]
    private const uint LdrZa = 0xE1000000; // ldr za[w12, 0], [x0]
    private const uint LdrZt0 = 0xE11F8000; // ldr zt0, [x0]
    private const uint PrfbGather = 0xC4618000; // prfb pldl1keep, p0, [x0, z1.d]
    private const ulong Base = 0x9000000;

    private readonly Machine _machine = new(vectorLength: 16, streamingVectorLength: 16);

    [Theory]
    [InlineData(Ldff1w, 1, "r4@9000000 n4@9000004", 0x000Fu)]
    [InlineData(Ldnf1w, 0, "n4@9000000", 0x0000u)]
    public void A_device_answers_the_first_active_element_of_a_first_fault_load_and_nothing_else(uint opcode, int loaded, string trace, uint ffr)
    {
        _machine.IsDevice = true;

        _machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be(trace);
        _machine.Ffr.Should().Be(ffr);
        _machine.Z(0).Take(4 * loaded).Should().Equal(Enumerable.Range(0, 4 * loaded).Select(x => (byte)x));
        _machine.Z(0).Skip(4 * loaded).Should().OnlyContain(x => x == 0);
    }

    [Fact]
    public void The_first_active_element_of_a_first_fault_load_may_fault()
    {
        _machine.P(0, 0xFF00);
        _machine.Missing = Base + 8;

        _machine.Execute(Ldff1w).Should().Be(EmulationStatus.Fault);

        (_machine.Plan.Fault.Address, _machine.Ffr, _machine.Registers.Pc).Should().Be((Base + 8, 0xFFFFu, 0x4000ul));
    }

    [Fact]
    public void What_FFR_did_not_have_before_is_zero_and_was_read_all_the_same()
    {
        _machine.Registers.WriteFfr([0xFF, 0x0F]);

        _machine.Execute(Ldff1w).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("r4@9000000 n4@9000004 n4@9000008 n4@900000c");
        _machine.Ffr.Should().Be(0x0FFFu);
        _machine.Z(0).Skip(12).Should().OnlyContain(x => x == 0);
    }

    [Fact]
    public void Step_by_step_a_non_fault_read_that_fails_ends_the_accesses_without_a_fault()
    {
        var access = Machine.Decode(Ldff1wGather);
        _machine.Registers.WriteZ(1, Words(0x100, 0x200, 0x40, 0x50));
        _machine.Plan.Prepare(in access, _machine.Registers, default);

        _machine.Plan.TryGetNext(out BusTransaction first).Should().BeTrue();
        (first.Address, first.IsNonFault).Should().Be((Base + 0x100, false));
        _machine.Plan.Complete(0x11);
        _machine.Plan.TryGetNext(out BusTransaction second).Should().BeTrue();
        (second.Address, second.IsNonFault).Should().Be((Base + 0x200, true));
        _machine.Plan.Fail(BusStatus.ExternalAbort);

        _machine.Plan.TryGetNext(out _).Should().BeFalse();
        _machine.Plan.Commit(_machine.Registers).Should().Be(EmulationStatus.Completed);
        _machine.Ffr.Should().Be(0x000Fu);
        _machine.Z(0).Should().Equal(Words(0x11, 0, 0, 0));
    }

    [Theory]
    [InlineData(Ld1w, Base + 1, Base + 1)]
    [InlineData(Ld1w, Base, null)]
    [InlineData(Ldff1w, Base + 2, Base + 2)]
    [InlineData(LdrZ, Base + 8, Base + 8)]
    [InlineData(LdrZ, Base + 16, null)]
    [InlineData(LdrP, Base + 1, Base + 1)]
    [InlineData(LdrP, Base + 2, null)]
    [InlineData(Ld4b, Base + 1, null)]
    [InlineData(Ld2q, Base + 8, Base + 8)]
    public void Elements_are_aligned_one_by_one_and_whole_registers_as_a_whole(uint opcode, ulong address, ulong? faults)
    {
        _machine.Registers.SetX(0, address);

        var status = _machine.Execute(opcode, new EmulationOptions { Unaligned = UnalignedPolicy.Fault });

        status.Should().Be(faults is null ? EmulationStatus.Completed : EmulationStatus.Fault);
        if (faults is not null)
        {
            (_machine.Plan.Fault.StatusCode, _machine.Plan.Fault.Address).Should().Be((FaultStatusCode.Alignment, faults.Value));
            _machine.Transactions.Should().BeEmpty();
        }
    }

    [Fact]
    public void An_unaligned_element_after_the_first_is_not_read_by_a_first_fault_load()
    {
        _machine.Registers.WriteZ(1, Words(0x100, 0x204, 0x42, 0x50));

        _machine.Execute(Ldff1wGather, new EmulationOptions { Unaligned = UnalignedPolicy.Fault }).Should().Be(EmulationStatus.Completed);

        (_machine.Trace, _machine.Ffr).Should().Be(("r4@9000100 n4@9000204", 0x00FFu));
    }

    [Fact]
    public void Unaligned_elements_are_split_and_inactive_ones_left_out()
    {
        _machine.Registers.SetX(0, Base + 2);
        _machine.P(0, 0xF00F);

        _machine.Execute(Ld1w).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("r2@9000002 r2@9000004 r2@900000e r2@9000010");
        _machine.Z(0).Should().Equal([2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0, 14, 15, 16, 17]);
    }

    [Theory]
    [InlineData(0xFFFF, EmulationStatus.Fault)]
    [InlineData(0x0000, EmulationStatus.Completed)]
    public void SP_is_checked_where_an_element_is_active(int predicate, EmulationStatus expected)
    {
        _machine.Registers.Sp = Base + 8;
        _machine.P(0, predicate);

        _machine.Execute(Ld1wSp, new EmulationOptions { CheckStackPointerAlignment = true }).Should().Be(expected);

        _machine.Plan.Fault.Reason.Should().Be(expected == EmulationStatus.Fault ? FaultReason.StackPointerAlignment : FaultReason.None);
    }

    [Theory]
    [InlineData(Ld1bSlice, false, true, false, UndefinedReason.NotStreaming)]
    [InlineData(Ld1bSlice, false, false, false, UndefinedReason.NotStreaming)]
    [InlineData(Ld1bSlice, true, false, false, UndefinedReason.ZaNotEnabled)]
    [InlineData(Ld1bSlice, true, true, false, UndefinedReason.None)]
    [InlineData(Ld1bColumn, true, true, false, UndefinedReason.None)]
    [InlineData(LdrZa, false, true, false, UndefinedReason.None)]
    [InlineData(LdrZa, true, false, false, UndefinedReason.ZaNotEnabled)]
    [InlineData(LdrZt0, false, true, false, UndefinedReason.None)]
    [InlineData(LdrZt0, false, false, false, UndefinedReason.ZaNotEnabled)]
    [InlineData(Ld1bStrided, false, true, false, UndefinedReason.NotStreaming)]
    [InlineData(Ld1bStrided, true, false, false, UndefinedReason.None)]
    [InlineData(Ld1bConsecutive, false, false, false, UndefinedReason.None)]
    [InlineData(Ldff1w, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(Ldff1w, true, true, true, UndefinedReason.None)]
    [InlineData(Ldnf1w, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(St1dScatter, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(Ld1wQuadword, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(Ld1q, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(PrfbGather, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(PrfbGather, false, true, false, UndefinedReason.None)]
    [InlineData(Ld2q, true, true, false, UndefinedReason.None)]
    [InlineData(Ld1rob, true, true, false, UndefinedReason.NotLegalInStreamingMode)]
    [InlineData(Ld1rob, false, true, false, UndefinedReason.VectorLength)]
    public void The_state_that_does_not_allow_an_instruction_is_named(uint opcode, bool streaming, bool za, bool fullA64, UndefinedReason reason)
    {
        (_machine.Registers.IsStreaming, _machine.Registers.IsZaEnabled, _machine.Registers.IsFullA64Enabled) = (streaming, za, fullA64);

        _machine.Execute(opcode).Should().Be(reason == UndefinedReason.None ? EmulationStatus.Completed : EmulationStatus.Undefined);

        (_machine.Plan.UndefinedReason, _machine.Registers.Pc).Should().Be((reason, reason == UndefinedReason.None ? 0x4004ul : 0x4000ul));
    }

    [Theory]
    [InlineData(0xFFFF, "9000000+10")]
    [InlineData(0x00F0, "9000004+4")]
    [InlineData(0xF0FF, "9000000+4 9000004+4 900000c+4")]
    [InlineData(0x0000, "")]
    public void Ranges_are_the_active_elements(int predicate, string expected)
    {
        _machine.P(0, predicate);
        Ranges(Ld1w).Should().Be(expected);
    }

    [Fact]
    public void A_scatter_has_a_range_for_each_element()
    {
        _machine.Registers.WriteZ(1, [.. BitConverter.GetBytes(0x5000ul), .. BitConverter.GetBytes(0x1000ul)]);
        Ranges(St1dScatter).Should().Be("5008+8 1008+8");
        _machine.Plan.GetRange(0).IsWritten.Should().BeTrue();
        _machine.Plan.Invoking(x => x.GetRange(2)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void A_store_takes_the_low_part_of_each_element()
    {
        _machine.Registers.WriteZ(0, Words(0x11223344, 0x55667788, 0x99AABBCC, 0xDDEEFF00));

        _machine.Execute(St1bS).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("w1@9000000=44 w1@9000001=88 w1@9000002=cc w1@9000003=0");
    }

    [Fact]
    public void A_bus_of_16_bytes_takes_quadwords_whole()
    {
        _machine.Execute(Ld2q, new EmulationOptions { BusWidth = 16 }).Should().Be(EmulationStatus.Completed);

        _machine.Trace.Should().Be("r16@9000000 r16@9000010");
        _machine.Z(1).Should().Equal(Enumerable.Range(16, 16).Select(x => (byte)x));
    }

    [Theory]
    [InlineData(UnsupportedPolicy.Report, EmulationStatus.NotEmulated)]
    [InlineData(UnsupportedPolicy.Undefined, EmulationStatus.Fault)]
    [InlineData(UnsupportedPolicy.ExternalAbort, EmulationStatus.Fault)]
    public void Registers_without_SVE_have_the_policy_decide(UnsupportedPolicy policy, EmulationStatus expected)
    {
        var access = Machine.Decode(Ld1w);

        _machine.Plan.Prepare(in access, new GuestRegisters(), new EmulationOptions { Unsupported = policy }).Should().Be(expected);

        _machine.Plan.NotEmulatedReason.Should().Be(policy == UnsupportedPolicy.Report ? NotEmulatedReason.RegistersNotAvailable : NotEmulatedReason.None);
    }

    [Fact]
    public void Registers_with_a_vector_length_that_no_processor_has_are_refused()
    {
        var registers = new ScalableGuestRegisters(vectorLength: 16) { IsStreaming = true, IsFullA64Enabled = true };
        var access = Machine.Decode(Ld1w);

        _machine.Plan.Invoking(x => x.Prepare(in access, registers, default)).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(Ld1w)]
    [InlineData(Ld4b)]
    [InlineData(St4b)]
    [InlineData(Ldff1w)]
    [InlineData(Ldff1wGather)]
    [InlineData(St1dScatter)]
    [InlineData(Ld1rob)]
    [InlineData(Ld1bConsecutive)]
    [InlineData(Ld1bColumn)]
    [InlineData(LdrZa)]
    [InlineData(LdrZt0)]
    public void Nothing_is_allocated_after_the_construction_of_a_plan_for_scalable_registers(uint opcode)
    {
        var registers = new ScalableGuestRegisters(vectorLength: 256, streamingVectorLength: 256) { IsStreaming = true, IsZaEnabled = true, IsFullA64Enabled = true };
        registers.WriteP(0, Enumerable.Repeat((byte)0xFF, 32).ToArray());
        registers.WriteP(8, [1, 0x80, .. new byte[30]]);
        var bus = new Nothing();
        var access = Machine.Decode(opcode);
        var warm = new AccessPlan(new ExclusiveMonitor(), scalable: true);
        for (var i = 0; i < 3; i++)
        {
            warm.Execute(in access, registers, bus, default).Should().Be(EmulationStatus.Completed);
        }

        var plan = new AccessPlan(new ExclusiveMonitor(), scalable: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        plan.Execute(in access, registers, bus, default);
        var after = GC.GetAllocatedBytesForCurrentThread();

        (after - before).Should().Be(0);
    }

    private static byte[] Words(params uint[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    private string Ranges(uint opcode)
    {
        var access = Machine.Decode(opcode);
        _machine.Plan.Prepare(in access, _machine.Registers, default).Should().Be(EmulationStatus.Pending);
        return string.Join(' ', Enumerable.Range(0, _machine.Plan.RangeCount).Select(i => _machine.Plan.GetRange(i))
            .Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Address:x}+{x.Length:x}")));
    }

    private sealed class Nothing : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = address;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }

    // The byte at an address is the address's low byte. P0 and FFR are all TRUE, PN8 is "all elements".
    private sealed class Machine : INonFaultMmioBus
    {
        public Machine(int vectorLength, int streamingVectorLength)
        {
            Registers = new ScalableGuestRegisters(vectorLength, streamingVectorLength) { Pc = 0x4000 };
            Registers.SetX(0, Base);
            P(0, 0xFFFF);
            P(8, 0x8001);
            Registers.WriteFfr([0xFF, 0xFF]);
        }

        public ScalableGuestRegisters Registers { get; }

        public AccessPlan Plan { get; } = new();

        public List<string> Transactions { get; } = [];

        public string Trace => string.Join(' ', Transactions);

        public bool IsDevice { get; set; }

        public ulong Missing { get; set; }

        public uint Ffr
        {
            get
            {
                var bytes = new byte[2];
                Registers.ReadFfr(bytes);
                return BitConverter.ToUInt16(bytes);
            }
        }

        public static AccessDescriptor Decode(uint opcode)
        {
            InstructionDecoder.DecodeA64(opcode, out var access).Should().Be(DecodeStatus.MemoryAccess);
            return access;
        }

        public EmulationStatus Execute(uint opcode, EmulationOptions options = default)
        {
            var access = Decode(opcode);
            return Plan.Execute(in access, Registers, this, options);
        }

        public void P(int number, int value) => Registers.WriteP(number, [(byte)value, (byte)(value >> 8)]);

        public byte[] Z(int number)
        {
            var bytes = new byte[16];
            Registers.ReadZ(number, bytes);
            return bytes;
        }

        public BusStatus Read(ulong address, int size, out ulong value) => Note('r', address, size, out value);

        public BusStatus ReadNonFault(ulong address, int size, out ulong value)
        {
            var status = Note('n', address, size, out value);
            return IsDevice ? BusStatus.ExternalAbort : status;
        }

        public BusStatus ReadWide(ulong address, Span<byte> data)
        {
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = (byte)(address + (ulong)i);
            }

            return Note('r', address, data.Length, out _);
        }

        public BusStatus ReadNonFaultWide(ulong address, Span<byte> data) => BusStatus.ExternalAbort;

        public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
        {
            deviceStatus = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            Transactions.Add(string.Create(CultureInfo.InvariantCulture, $"w{size}@{address:x}={value:x}"));
            return BusStatus.Success;
        }

        private BusStatus Note(char kind, ulong address, int size, out ulong value)
        {
            value = 0;
            for (var i = 0; i < Math.Min(size, 8); i++)
            {
                value |= (ulong)(byte)(address + (ulong)i) << (8 * i);
            }

            Transactions.Add(string.Create(CultureInfo.InvariantCulture, $"{kind}{size}@{address:x}"));
            return Missing != 0 && address >= Missing ? BusStatus.ExternalAbort : BusStatus.Success;
        }
    }
}
