using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>Access flags and dirty state that a guest leaves to the processor (FEAT_HAFDBS): memory is never written behind its back.</summary>
public sealed class DirtyStateTests
{
    private const ulong Device = TestGuest.Device;
    private const ulong Straddling = Device + 0xFF8;
    private const ulong Dbm = 1ul << 51;
    private const uint StorePair = 0xA9000440; // stp x0, x1, [x2]
    private const uint LoadPair = 0xA9400440; // ldp x0, x1, [x2]
    private const ulong Clean = GuestTables.Code | GuestTables.ReadOnly | Dbm;
    private const ulong Old = GuestTables.Code & ~GuestTables.AccessFlag;

    [Fact]
    public void A_write_marks_the_page_dirty_first()
    {
        var guest = Guest(Clean, atomic: true, StorePair);
        guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
        Descriptor(guest).Should().Be(TestGuest.DataIpa | (Clean & ~GuestTables.ReadOnly));
        BitConverter.ToUInt64(guest.Memory.Load(TestGuest.DataIpa, 8)).Should().Be(0x2222);
    }

    [Fact]
    public void A_read_marks_it_accessed_only()
    {
        var guest = Guest(Clean & ~GuestTables.AccessFlag, atomic: true, LoadPair);
        guest.Handle(TestGuest.ReadEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
        Descriptor(guest).Should().Be(TestGuest.DataIpa | Clean);
    }

    [Fact]
    public void What_is_marked_already_is_left_alone()
    {
        var guest = Guest(GuestTables.Code | Dbm, atomic: true, StorePair);
        guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
        ((AtomicRam)guest.Ram).Exchanges.Should().Be(0);
    }

    [Fact]
    public void A_descriptor_that_changes_meanwhile_is_read_again()
    {
        var guest = Guest(Clean, atomic: true, StorePair);
        var other = TestGuest.DataIpa + 0x1000;
        guest.Memory.Add(other);
        ((AtomicRam)guest.Ram).BeforeExchange = first =>
        {
            if (first)
            {
                guest.Tables.Map(Device + 0x1000, other, Clean);
            }
        };
        guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
        Descriptor(guest).Should().Be(other | (Clean & ~GuestTables.ReadOnly));
        BitConverter.ToUInt64(guest.Memory.Load(other, 8)).Should().Be(0x2222);
        BitConverter.ToUInt64(guest.Memory.Load(TestGuest.DataIpa, 8)).Should().Be(0);
    }

    [Theory]
    [InlineData(Clean, StorePair, 0x0F)] // Permission fault, level 3
    [InlineData(Old, StorePair, 0x0B)] // Access flag fault, level 3
    [InlineData(Old, LoadPair, 0x0B)]
    public void Without_a_way_to_mark_it_the_guest_is_told_and_nothing_happens(ulong attributes, uint opcode, int status)
    {
        foreach (var stubborn in new[] { false, true })
        {
            var guest = Guest(attributes, atomic: stubborn, opcode);
            if (stubborn)
            {
                ((AtomicRam)guest.Ram).IsReadOnly = true;
            }

            var write = opcode == StorePair;
            var outcome = guest.Handle(write ? TestGuest.WriteEsr : TestGuest.ReadEsr, Straddling);
            outcome.Status.Should().Be(ExitStatus.GuestFault);
            outcome.Reason.Should().Be(ExitReason.OtherPartNotTranslated);
            outcome.Fault.Should().Be(EmulationFault.DataAbort(new FaultStatusCode(status), Device + 0x1000, write));
            guest.Devices.Log.Should().BeEmpty();
            Descriptor(guest).Should().Be(TestGuest.DataIpa | attributes);
            guest.Memory.Load(TestGuest.DataIpa, 8).Should().OnlyContain(b => b == 0);
        }
    }

    [Fact]
    public void The_guest_that_has_marked_it_comes_back_and_completes()
    {
        var guest = Guest(Clean, atomic: false, StorePair);
        guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.GuestFault);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, GuestTables.Code | Dbm);
        guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
    }

    [Fact]
    public void A_memory_copy_from_a_device_marks_each_page_that_it_writes()
    {
        foreach (var atomic in new[] { true, false })
        {
            var guest = Guest(Clean, atomic, 0x19410440); // cpyfm [x0]!, [x1]!, x2!
            guest.X(0, Device + 0x1000 + 64).X(1, Device + 0x100).X(2, unchecked((ulong)-64));
            var outcome = guest.Handle(TestGuest.ReadEsr, Device + 0xC0);
            if (atomic)
            {
                outcome.ReenterGuest.Should().BeTrue();
                Descriptor(guest).Should().Be(TestGuest.DataIpa | (Clean & ~GuestTables.ReadOnly));
            }
            else
            {
                outcome.Status.Should().Be(ExitStatus.GuestFault);
                outcome.Fault.StatusCode.Should().Be(FaultStatusCode.Permission(3));
                guest.Memory.Load(TestGuest.DataIpa, 64).Should().OnlyContain(b => b == 0);
            }
        }
    }

    [Fact]
    public void KVM_reports_no_address_and_the_page_is_marked_all_the_same()
    {
        // The page of memory is looked at first, as a candidate for the IPA.
        var guest = Guest(Clean, atomic: true, StorePair);
        guest.Tables.Map(TestGuest.Data, TestGuest.DataIpa, Clean);
        guest.Tables.Map(TestGuest.Data + 0x1000, TestGuest.DeviceIpa, GuestTables.Device);
        guest.X(2, TestGuest.Data + 0xFF8);
        guest.Handler.Handle(DataAbortExit.FromKvmNisv(0x47, TestGuest.DeviceIpa)).Status.Should().Be(ExitStatus.Completed);
        BinaryPrimitives.ReadUInt64LittleEndian(guest.Memory.Load(guest.Tables.DescriptorAddress(TestGuest.Data), 8))
            .Should().Be(TestGuest.DataIpa | (Clean & ~GuestTables.ReadOnly));
    }

    [Fact]
    public void Table_access_flags_are_set_and_missed_by_nobody()
    {
        foreach (var atomic in new[] { true, false })
        {
            var guest = Guest(GuestTables.Code, atomic, StorePair, Stage1Features.HardwareTableAccessFlag, tcr2: 1 << 11);
            guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
            var table = BinaryPrimitives.ReadUInt64LittleEndian(guest.Memory.Load(guest.Tables.Registers.Ttbr0, 8));
            ((table & GuestTables.AccessFlag) != 0).Should().Be(atomic);
        }
    }

    [Fact]
    public void Indirect_permissions_have_nDirty()
    {
        // Every PIIndex gives everything; bit 7 is nDirty.
        const ulong NotDirty = GuestTables.Normal | GuestTables.AccessFlag | GuestTables.Valid | (3ul << 8) | (1ul << 7);
        var guest = Guest(NotDirty, atomic: true, StorePair, Stage1Features.PermissionIndirection, tcr2: 1 << 1);
        guest.Tables.Registers = guest.Tables.Registers with { Pir = 0x7777_7777_7777_7777, Pire0 = 0 };
        guest.Handle(TestGuest.WriteEsr, Straddling).Status.Should().Be(ExitStatus.Completed);
        Descriptor(guest).Should().Be(TestGuest.DataIpa | (NotDirty & ~(1ul << 7)));
    }

    private static DirtyGuest Guest(ulong attributes, bool atomic, uint opcode, Stage1Features more = Stage1Features.None, ulong tcr2 = 0)
    {
        var guest = new DirtyGuest(atomic);
        var tables = guest.Tables.Registers;
        guest.Tables.Registers = tables with
        {
            Capabilities = new Stage1Capabilities(Stage1Features.HardwareAccessFlag | Stage1Features.HardwareDirtyState | more, 48),
            Tcr = tables.Tcr | (3ul << 39),
            Tcr2 = tcr2,
        };
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, attributes);
        guest.Memory.Store32(TestGuest.Code, opcode);
        guest.X(0, 0x1111);
        guest.X(1, 0x2222);
        guest.X(2, Straddling);
        return guest;
    }

    private static ulong Descriptor(DirtyGuest guest) =>
        BinaryPrimitives.ReadUInt64LittleEndian(guest.Memory.Load(guest.Tables.DescriptorAddress(Device + 0x1000), 8));

    /// <summary>A guest as <see cref="TestGuest"/>, whose memory may have an atomic exchange.</summary>
    private sealed class DirtyGuest : IStage1Source
    {
        public DirtyGuest(bool atomic)
        {
            Tables = new GuestTables(Memory);
            Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code);
            Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device);
            Memory.Add(TestGuest.Code);
            Memory.Add(TestGuest.DataIpa);
            Registers.Pc = TestGuest.Pc;
            Registers.PState = 0x3C5;
            Ram = atomic ? new AtomicRam(Memory) : Memory;
            Handler = new ExitHandler(Registers, Devices, this, Ram);
        }

        public TestRam Memory { get; } = new();

        public IGuestRam Ram { get; }

        public TestDevices Devices { get; } = new();

        public GuestTables Tables { get; }

        public GuestRegisters Registers { get; } = new();

        public ExitHandler Handler { get; }

        public DirtyGuest X(int number, ulong value)
        {
            Registers.SetX(number, value);
            return this;
        }

        public ExitOutcome Handle(ulong esr, ulong far) => Handler.Handle(TestGuest.Exit(esr, far));

        public Stage1Registers ReadRegisters(ulong virtualAddress) => Tables.Registers;

        public ulong ReadSctlr() => Tables.Registers.Sctlr;
    }

    private sealed class AtomicRam(TestRam ram) : IGuestRam, IAtomicGuestMemory
    {
        public int Exchanges { get; private set; }

        public bool IsReadOnly { get; set; }

        public Action<bool>? BeforeExchange { get; set; }

        public bool TryRead(ulong physicalAddress, Span<byte> destination) => ram.TryRead(physicalAddress, destination);

        public bool Contains(ulong physicalAddress, bool write) => ram.Contains(physicalAddress, write);

        public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source) => ram.TryWrite(physicalAddress, source);

        public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous)
        {
            BeforeExchange?.Invoke(Exchanges++ == 0);
            previous = BinaryPrimitives.ReadUInt64LittleEndian(ram.Load(physicalAddress, 8));
            if (!IsReadOnly && previous == comparand)
            {
                ram.Store64(physicalAddress, replacement);
            }

            return !IsReadOnly;
        }
    }
}
