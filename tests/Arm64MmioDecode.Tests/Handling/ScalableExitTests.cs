using System;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>Exits of SVE, SME and Guarded Control Stack accesses: which of them the instruction explains, and what of it reaches a device.</summary>
public sealed class ScalableExitTests
{
    private const uint Ld1w = 0xA540A000; // ld1w { z0.s }, p0/z, [x0]
    private const uint St1bS = 0xE440E000; // st1b { z0.s }, p0, [x0]
    private const uint Ldff1w = 0xA5416000; // ldff1w { z0.s }, p0/z, [x0, x1, lsl #2]
    private const uint Ldff1wGather = 0x85016000; // ldff1w { z0.s }, p0/z, [x0, z1.s, uxtw]
    private const uint Ldnf1w = 0xA550A000; // ldnf1w { z0.s }, p0/z, [x0]
    private const uint Ld1wGather = 0x85004000 | (1 << 16); // ld1w { z0.s }, p0/z, [x0, z1.s, uxtw]
    private const uint GcspushmX1 = 0xD50B7701;
    private const uint Gcspushx = 0xD508779F;
    private const ulong Fnp = 1ul << 15;
    private const ulong Device = TestGuest.Device;
    private const ulong Data = TestGuest.Data;

    private readonly Guest _guest = new();

    [Fact]
    public void A_vector_load_completes_on_the_device()
    {
        _guest.With(Ld1w).Registers.SetX(0, Device + 0x20);

        _guest.Handle(TestGuest.ReadEsr, Device + 0x20).Status.Should().Be(ExitStatus.Completed);

        _guest.Devices.Log.Should().Equal("read 9000020 4", "read 9000024 4", "read 9000028 4", "read 900002c 4");
        _guest.Z(0).Should().Equal(Enumerable.Range(0x20, 16).Select(x => (byte)x));
        _guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);
    }

    [Theory]
    [InlineData(Device + 0x20, ExitStatus.Retry)]
    [InlineData(Device + 0x24, ExitStatus.Completed)]
    [InlineData(Device + 0x2B, ExitStatus.Retry)]
    [InlineData(Device + 0x2F, ExitStatus.Completed)]
    [InlineData(Device + 0x30, ExitStatus.Retry)]
    public void FAR_is_in_any_active_element(ulong far, ExitStatus expected)
    {
        _guest.With(Ld1w).Registers.SetX(0, Device + 0x20);
        _guest.P(0, 0xF0F0);

        var outcome = _guest.Handle(TestGuest.ReadEsr, far);

        outcome.Status.Should().Be(expected);
        if (expected == ExitStatus.Retry)
        {
            outcome.Reason.Should().Be(ExitReason.AddressDiffers);
            _guest.Devices.Log.Should().BeEmpty();
        }
    }

    [Fact]
    public void With_FnP_FAR_is_anywhere_in_the_granule()
    {
        _guest.With(Ld1w).Registers.SetX(0, Device + 0x20);

        _guest.Handle(TestGuest.ReadEsr | Fnp, Device + 0x800).Status.Should().Be(ExitStatus.Completed);
    }

    [Fact]
    public void The_elements_of_a_gather_go_where_each_translates_to()
    {
        _guest.Memory.Store(TestGuest.DataIpa + 0x40, [1, 2, 3, 4]);
        _guest.With(Ld1wGather).Registers.SetX(0, Device);
        _guest.Registers.WriteZ(1, Words(0x1010, 0x20, (uint)(Data + 0x40 - Device), 0x1014));

        _guest.Handle(TestGuest.ReadEsr, Device + 0x20).Status.Should().Be(ExitStatus.Completed);

        _guest.Devices.Log.Should().Equal("read 9005010 4", "read 9000020 4", "read 9005014 4");
        _guest.Z(0).Should().Equal([0x10, 0x11, 0x12, 0x13, 0x20, 0x21, 0x22, 0x23, 1, 2, 3, 4, 0x14, 0x15, 0x16, 0x17]);
    }

    [Fact]
    public void A_page_of_a_gather_that_is_not_mapped_is_the_guests_fault_before_anything_is_accessed()
    {
        _guest.With(Ld1wGather).Registers.SetX(0, Device);
        _guest.Registers.WriteZ(1, Words(0x10, 0x20, 0x7000, 0x30));

        var outcome = _guest.Handle(TestGuest.ReadEsr, Device + 0x20);

        (outcome.Status, outcome.Reason, outcome.Fault.Address).Should().Be((ExitStatus.GuestFault, ExitReason.OtherPartNotTranslated, Device + 0x7000));
        _guest.Devices.Log.Should().BeEmpty();
    }

    [Fact]
    public void KVM_without_FAR_finds_the_page_among_those_of_the_gather()
    {
        _guest.With(Ld1wGather).Registers.SetX(0, Device);
        _guest.Registers.WriteZ(1, Words((uint)(Data - Device), 0x1020, 0x30, 0x40));

        _guest.Handler.Handle(DataAbortExit.FromKvmNisv(0x07, TestGuest.Ipa(Device + 0x1020))).Status.Should().Be(ExitStatus.Completed);

        _guest.Devices.Log.Should().Equal("read 9005020 4", "read 9000030 4", "read 9000040 4");
    }

    [Fact]
    public void A_first_fault_load_reads_its_first_active_element_from_the_device_and_no_other()
    {
        _guest.With(Ldff1w).Registers.SetX(0, Device);

        _guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);

        _guest.Devices.Log.Should().Equal("read 9000000 4");
        _guest.Ffr.Should().Be(0x000F);
    }

    [Fact]
    public void Step_by_step_a_non_fault_read_is_not_handed_out_for_a_device()
    {
        _guest.Memory.Store(TestGuest.DataIpa + 0x40, [1, 2, 3, 4]);
        _guest.With(Ldff1wGather).Registers.SetX(0, Device);
        _guest.Registers.WriteZ(1, Words(0x20, (uint)(Data + 0x40 - Device), 0x30, 0x40));

        _guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device + 0x20)).Status.Should().Be(ExitStatus.Pending);
        _guest.Handler.TryGetNext(out BusTransaction first).Should().BeTrue();
        first.Address.Should().Be(TestGuest.DeviceIpa + 0x20);
        _guest.Handler.Complete(7);

        _guest.Handler.TryGetNext(out _).Should().BeFalse();
        _guest.Handler.Commit().Status.Should().Be(ExitStatus.Completed);
        _guest.Z(0).Should().Equal([7, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
        _guest.Ffr.Should().Be(0x00FF);
    }

    [Fact]
    public void A_first_fault_load_goes_on_in_memory_and_stops_where_nothing_is_mapped()
    {
        _guest.Memory.Store(TestGuest.DataIpa + 0x40, [1, 2, 3, 4]);
        _guest.With(Ldff1wGather).Registers.SetX(0, Device);
        _guest.Registers.WriteZ(1, Words(0x20, (uint)(Data + 0x40 - Device), 0x7000, (uint)(Data + 0x40 - Device)));

        _guest.Handle(TestGuest.ReadEsr, Device + 0x20).Status.Should().Be(ExitStatus.Completed);

        _guest.Z(0).Should().Equal([0x20, 0x21, 0x22, 0x23, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
        _guest.Ffr.Should().Be(0x00FF);
    }

    [Fact]
    public void Memory_that_stage_1_makes_Device_is_not_read_speculatively()
    {
        _guest.Tables.Map(Data, TestGuest.DataIpa, GuestTables.Device);
        _guest.With(Ldff1wGather).Registers.SetX(0, Device);
        _guest.Registers.WriteZ(1, Words(0x20, (uint)(Data + 0x40 - Device), 0x30, 0x40));

        _guest.Handle(TestGuest.ReadEsr, Device + 0x20).Status.Should().Be(ExitStatus.Completed);

        _guest.Ffr.Should().Be(0x000F);
    }

    [Theory]
    [InlineData(Ldff1w)]
    [InlineData(Ldnf1w)]
    public void Later_elements_of_a_first_fault_load_and_a_non_fault_load_explain_no_exit(uint opcode)
    {
        _guest.With(opcode).Registers.SetX(0, Device);

        _guest.Handle(TestGuest.ReadEsr, Device + 4).Status.Should().Be(ExitStatus.Retry);

        _guest.Devices.Log.Should().BeEmpty();
    }

    [Fact]
    public void An_instruction_that_the_state_does_not_allow_did_not_trap()
    {
        _guest.With(Ld1wGather).Registers.SetX(0, Device);
        _guest.Registers.IsStreaming = true;

        _guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Retry);
    }

    [Fact]
    public void A_store_of_no_active_element_did_not_trap()
    {
        _guest.With(St1bS).Registers.SetX(0, Device);
        _guest.P(0, 0);

        var outcome = _guest.Handle(TestGuest.WriteEsr, Device);

        (outcome.Status, outcome.Reason).Should().Be((ExitStatus.Retry, ExitReason.NoAccess));
    }

    [Fact]
    public void A_push_to_a_Guarded_Control_Stack_needs_no_permission_for_other_writes()
    {
        _guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.ReadOnly);
        _guest.With(GcspushmX1).Registers.SetX(1, 0x1234);
        _guest.Registers.Gcspr = Device + 0x100;

        _guest.Handle(TestGuest.WriteEsr, Device + 0xF8).Status.Should().Be(ExitStatus.Completed);

        _guest.Devices.Log.Should().Equal("write 90000f8 8 = 1234");
        _guest.Registers.Gcspr.Should().Be(Device + 0xF8);
    }

    [Fact]
    public void A_record_that_reaches_a_page_whose_permissions_nobody_checked_is_not_pushed()
    {
        _guest.With(Gcspushx).Registers.Gcspr = Device + 0x1010;

        _guest.Handle(TestGuest.WriteEsr, Device + 0x1000).Status.Should().Be(ExitStatus.NotEmulated);

        _guest.Devices.Log.Should().BeEmpty();
    }

    private static byte[] Words(params uint[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>The guest of the other tests, with SVE, SME and the Guarded Control Stack. P0 and FFR are all TRUE.</summary>
    private sealed class Guest : IStage1Source
    {
        public Guest()
        {
            Tables = new GuestTables(Memory);
            Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code);
            Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device);
            Tables.Map(Device + 0x1000, TestGuest.DeviceIpa + 0x5000, GuestTables.Device);
            Tables.Map(Data, TestGuest.DataIpa, GuestTables.Code);
            Memory.Add(TestGuest.Code);
            Memory.Add(TestGuest.DataIpa);
            Registers.Pc = TestGuest.Pc;
            Registers.PState = 0x3C5;
            P(0, 0xFFFF);
            Registers.WriteFfr([0xFF, 0xFF]);
            Handler = new ExitHandler(Registers, Devices, this, Memory);
        }

        public TestRam Memory { get; } = new();

        public TestDevices Devices { get; } = new();

        public GuestTables Tables { get; }

        public ScalableGuestRegisters Registers { get; } = new(vectorLength: 16, streamingVectorLength: 16);

        public ExitHandler Handler { get; }

        public int Ffr
        {
            get
            {
                var bytes = new byte[2];
                Registers.ReadFfr(bytes);
                return BitConverter.ToUInt16(bytes);
            }
        }

        public Stage1Registers ReadRegisters(ulong virtualAddress) => Tables.Registers;

        public ulong ReadSctlr() => Tables.Registers.Sctlr;

        public Guest With(uint opcode)
        {
            Memory.Store32(TestGuest.Code, opcode);
            return this;
        }

        public void P(int number, int value) => Registers.WriteP(number, [(byte)value, (byte)(value >> 8)]);

        public byte[] Z(int number)
        {
            var bytes = new byte[16];
            Registers.ReadZ(number, bytes);
            return bytes;
        }

        public ExitOutcome Handle(ulong esr, ulong far) => Handler.Handle(TestGuest.Exit(esr, far));
    }
}
