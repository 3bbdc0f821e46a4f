using System;
using System.Linq;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

public sealed class ExitHandlerTests
{
    private const ulong Device = TestGuest.Device;
    private const uint LoadPost = 0xB8404441; // ldr w1, [x2], #4
    private const uint LoadPair = 0xA9400440; // ldp x0, x1, [x2]
    private const uint StorePair = 0xA9000440; // stp x0, x1, [x2]

    [Fact]
    public void A_load_with_writeback_completes()
    {
        var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);

        var outcome = guest.Handle(TestGuest.ReadEsr, Device + 0x10);

        outcome.Status.Should().Be(ExitStatus.Completed);
        outcome.ReenterGuest.Should().BeTrue();
        guest.Devices.Log.Should().Equal("read 9000010 4");
        guest.Registers.GetX(1).Should().Be(0x13121110);
        guest.Registers.GetX(2).Should().Be(Device + 0x14);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);
    }

    [Fact]
    public void Every_exit_reads_the_opcode_and_each_descriptor_anew()
    {
        // Three levels to the code and the opcode, twice, and three levels to the device. Where all has been read before, the opcode
        // is read before and after the three levels.
        var guest = new TestGuest().With(LoadPair);
        ulong[] tables = [0x7000_0000, 0x7000_1010, 0x7000_2000];
        for (var i = 0; i < 3; i++)
        {
            guest.X(2, Device + 0x10).Registers.Pc = TestGuest.Pc;
            guest.Memory.Reads.Clear();
            guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
            ulong[] code = i == 0 ? [.. tables, TestGuest.Code, .. tables, TestGuest.Code] : [TestGuest.Code, .. tables, TestGuest.Code];
            guest.Memory.Reads.Select(read => read.Address).Should().Equal([.. code, 0x7000_0000, 0x7000_1400, 0x7000_3000]);
        }

        // A valid syndrome needs none of them.
        guest.Memory.Reads.Clear();
        guest.Handle(0x93800007, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Memory.Reads.Should().BeEmpty();
    }

    [Fact]
    public void A_page_that_has_changed_since_the_exit_before_is_seen()
    {
        var guest = new TestGuest().With(LoadPair).X(2, Device + 0x10);
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);

        guest.Registers.Pc = TestGuest.Pc;
        guest.Tables.Map(Device, 0x0A00_0000, GuestTables.Device);
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Reason.Should().Be(ExitReason.PageDiffers);
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device);
        guest.Tables.Map(TestGuest.Pc, TestGuest.Data, GuestTables.Code);
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Reason.Should().Be(ExitReason.InstructionNotFetched);
        guest.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code);
        guest.Tables.Registers = guest.Tables.Registers with { Tcr = guest.Tables.Registers.Tcr | (1 << 7) }; // EPD0
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Reason.Should().Be(ExitReason.InstructionNotFetched);
        guest.Tables.Registers = guest.Tables.Registers with { Tcr = guest.Tables.Registers.Tcr & ~(1ul << 7) };
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Count.Should().Be(4);
    }

    [Fact]
    public void KVM_reports_no_virtual_address_and_the_instruction_gives_it()
    {
        var guest = new TestGuest().With(0xB8004548).X(10, Device + 0x20).X(8, 0x12345678); // str w8, [x10], #4
        guest.HandleKvm(0x47, Device + 0x20).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("write 9000020 4 = 12345678");
        guest.Registers.GetX(10).Should().Be(Device + 0x24);
    }

    [Fact]
    public void A_permission_fault_has_no_IPA_and_FAR_is_translated()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device + 0x30).X(0, 1).X(1, 2);
        var exit = DataAbortExit.FromRegisters(0x9200004F, Device + 0x38, 0);
        exit.Ipa.Precision.Should().Be(IpaPrecision.None);
        guest.Handler.Handle(exit).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("write 9000030 8 = 1", "write 9000038 8 = 2");
    }

    [Fact]
    public void A_valid_syndrome_needs_no_instruction()
    {
        var guest = new TestGuest();
        guest.Memory.Remove(TestGuest.Code);

        guest.Handle(0x93820007, Device + 0x10).Status.Should().Be(ExitStatus.Completed); // ldr w2
        guest.Registers.GetX(2).Should().Be(0x13121110);
        guest.Handle(0x93208007, Device + 0x90).Status.Should().Be(ExitStatus.Completed); // ldrsb x0
        guest.Registers.GetX(0).Should().Be(0xFFFFFFFF_FFFFFF90);
        guest.Handle(0x93200007, Device + 0x90).Status.Should().Be(ExitStatus.Completed); // ldrsb w0
        guest.Registers.GetX(0).Should().Be(0xFFFFFF90);
        guest.Handle(0x939F0007, Device + 0x10).Status.Should().Be(ExitStatus.Completed); // ldr wzr
        guest.Handle(0x93DF8047, Device + 0x18).Status.Should().Be(ExitStatus.Completed); // str xzr
        guest.Devices.Log.Should().Equal("read 9000010 4", "read 9000090 1", "read 9000090 1", "read 9000010 4", "write 9000018 8 = 0");
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 20);
        guest.Memory.Reads.Should().NotContain(read => read.Length == 4, "no instruction was read");
    }

    [Fact]
    public void A_valid_syndrome_without_FAR_is_performed_at_the_IPA()
    {
        var guest = new TestGuest();
        var exit = new DataAbortExit(DataAbortSyndrome.FromEsr(0x93C08007), null, IntermediatePhysicalAddress.FromAddress(0x9000010));
        guest.Handler.Handle(exit).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(0).Should().Be(0x17161514_13121110);
        guest.Memory.Reads.Should().BeEmpty();
    }

    [Fact]
    public void A_64_byte_store_is_taken_from_its_syndrome()
    {
        var guest = new TestGuest(options: new EmulationOptions { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction });
        guest.Registers.SetSystemRegister(SystemRegister.AccdataEl1, 0xAABBCCDD_11223344);
        guest.X(4, 0x01020304_05060708);
        guest.Handle(0x3_93C49847, Device + 0x40).Status.Should().Be(ExitStatus.Completed); // st64bv0 x3, x4
        guest.Devices.Log.Should().ContainSingle().Which.Should().StartWith("write 9000040 64 = 4433221104030201");
        guest.Registers.GetX(3).Should().Be(0x5A, "the device's status");
    }

    [Fact]
    public void The_byte_order_of_data_is_that_of_the_vCPU()
    {
        var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);
        guest.Tables.Registers = guest.Tables.Registers with { Sctlr = 0x1005 | (1 << 25) };
        // The tables are big-endian too, now: the page is reached with the MMU off.
        guest.Tables.Registers = guest.Tables.Registers with { Sctlr = 1 << 25 };
        guest.Registers.Pc = TestGuest.Code;
        guest.X(2, 0x9000010);
        guest.Handler.Handle(DataAbortExit.FromRegisters(TestGuest.ReadEsr, 0x9000010, 0x90000)).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(1).Should().Be(0x10111213);
        guest.Handler.Handle(DataAbortExit.FromRegisters(0x93800007, 0x9000010, 0x90000)).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(0).Should().Be(0x10111213);

        guest.Registers.PState = 0x3C0; // EL0 goes by E0E
        guest.Handler.Handle(DataAbortExit.FromRegisters(0x93800007, 0x9000010, 0x90000)).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(0).Should().Be(0x13121110);
    }

    [Theory]
    [InlineData(0x88DFFC40u, 0x93804007u, 2, "read 9000002 2,read 9000004 2")] // ldar w0, [x2]
    [InlineData(0x889FFC40u, 0x93804047u, 2, "write 9000002 2 = 5566,write 9000004 2 = 3344")] // stlr w0, [x2]
    [InlineData(0x88DFFC40u, 0x92000007u, 2, "read 9000002 2,read 9000004 2")]
    [InlineData(0xB820005Fu, 0x92000007u, 2, "read 9000002 2,read 9000004 2,write 9000002 2 = 5868,write 9000004 2 = 3848")] // stadd w0, [x2]
    [InlineData(0x88DFFC40u, 0x92000007u, 14, "read 900000e 2,read 9000010 2")] // with SCTLR.nAA
    [InlineData(0xB820005Fu, 0x92000007u, 14, "")] // an atomic is always within 16 bytes
    public void A_fault_of_stage_2_says_that_the_alignment_was_checked(uint opcode, uint esr, int offset, string accesses)
    {
        var guest = new TestGuest(options: new EmulationOptions { Atomics = AtomicPolicy.Perform }).With(opcode).X(2, Device + (ulong)offset).X(0, 0x33445566);
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Code);
        var outcome = guest.Handle(esr, Device + (ulong)offset);
        if (accesses.Length == 0)
        {
            outcome.Fault.StatusCode.Should().Be(FaultStatusCode.Alignment);
            return;
        }

        outcome.Status.Should().Be(ExitStatus.Completed);
        string.Join(',', guest.Devices.Log).Should().Be(accesses);

        // In Device memory FEAT_LSE2 allows nothing.
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device);
        guest.Registers.Pc = TestGuest.Pc;
        guest.Handle(esr, Device + (ulong)offset).Fault.StatusCode.Should().Be(FaultStatusCode.Alignment);
    }

    [Fact]
    public void AArch32_guests_are_handled_alike()
    {
        var guest = new TestGuest(aarch32: true).With(0xE8B20003); // ldm r2!, {r0, r1}
        guest.X(2, Device + 0x10);
        guest.Handle(TestGuest.ReadEsr, Device + 0x14).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000010 4", "read 9000014 4");
        (guest.Registers.GetX(0), guest.Registers.GetX(1), guest.Registers.GetX(2)).Should().Be((0x13121110ul, 0x17161514ul, Device + 0x18));

        // ISV = 1: ldrsb r13, [..] in Supervisor mode, whose r13 is X19.
        guest.Handle(0x93330007, Device + 0x90).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(19).Should().Be(0xFFFFFF90);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 8);
    }

    [Fact]
    public void A_T32_instruction_in_an_IT_block_steps_it()
    {
        var guest = new TestGuest(aarch32: true);
        guest.Registers.PState = new Arm64MmioDecode.Descriptors.ItState(0x0C).ToCpsr(0x1F3 | (1u << 30)); // IT EQ, two instructions, Z
        guest.Memory.Store16(TestGuest.Code, 0xC903); // ldmia r1!, {r0, r1} has r1 in the list; r1 is loaded
        guest.X(1, Device + 0x10);
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 2);
        Arm64MmioDecode.Descriptors.ItState.FromCpsr((uint)guest.Registers.PState).IsLast.Should().BeTrue();
    }

    [Fact]
    public void Delivered_bytes_are_used_instead_of_memory()
    {
        var guest = new TestGuest().With(0xD503201F).X(2, Device + 0x10); // memory has a nop
        var exit = TestGuest.Exit(TestGuest.ReadEsr, Device + 0x10).WithInstruction([0x41, 0x44, 0x40, 0xB8]);
        guest.Handler.Handle(exit).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(2).Should().Be(Device + 0x14);
    }

    [Fact]
    public void A_protected_guest_is_handled_with_delivered_bytes_FAR_and_IPA()
    {
        var registers = new GuestRegisters { Pc = TestGuest.Pc, PState = 0x3C5 };
        registers.SetX(2, Device + 0x10);
        var devices = new TestDevices();
        var handler = new ExitHandler(registers, devices);
        var exit = TestGuest.Exit(TestGuest.ReadEsr, Device + 0x18);
        handler.Handle(exit.WithInstruction([0x40, 0x04, 0x40, 0xA9])).Status.Should().Be(ExitStatus.Completed);
        devices.Log.Should().Equal("read 9000010 8", "read 9000018 8");

        Outcome(handler.Handle(exit)).Should().Be((ExitStatus.NotEmulated, ExitReason.OpcodeNotAvailable));

        // A pair that crosses into a page of which nothing is known.
        registers.SetX(2, Device + 0xFF8);
        exit = TestGuest.Exit(TestGuest.ReadEsr, Device + 0xFF8).WithInstruction([0x40, 0x04, 0x40, 0xA9]);
        Outcome(handler.Handle(exit)).Should().Be((ExitStatus.NotEmulated, ExitReason.AddressNotAvailable));

        // And a permission fault, which has no IPA.
        exit = DataAbortExit.FromRegisters(0x9200000F, Device + 0x10, 0).WithInstruction([0x40, 0x04, 0x40, 0xA9]);
        registers.SetX(2, Device + 0x10);
        Outcome(handler.Handle(exit)).Should().Be((ExitStatus.NotEmulated, ExitReason.AddressNotAvailable));
        registers.Pc.Should().Be(TestGuest.Pc + 4, "only the first one was emulated");
    }

    [Fact]
    public void Each_part_of_an_access_goes_where_its_own_address_translates()
    {
        // Devices in two pages that lie apart.
        var guest = new TestGuest().With(LoadPair).X(2, Device + 0xFF8);
        guest.Handle(TestGuest.ReadEsr, Device + 0xFF8).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000ff8 8", "read 9005000 8");

        // A device and then memory; the processor reports the device's part.
        guest = new TestGuest().With(StorePair).X(2, Device + 0xFF8).X(0, 0x1111).X(1, 0x2222);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, GuestTables.Code);
        guest.Handle(TestGuest.WriteEsr, Device + 0xFF8).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("write 9000ff8 8 = 1111");
        BitConverter.ToUInt64(guest.Memory.Load(TestGuest.DataIpa, 8)).Should().Be(0x2222);

        // Memory and then a device, with elements that cross the boundary.
        guest = new TestGuest().With(LoadPair).X(2, TestGuest.Data + 0xFF4);
        guest.Tables.Map(TestGuest.Data + 0x1000, TestGuest.DeviceIpa, GuestTables.Device);
        guest.Memory.Store(TestGuest.DataIpa + 0xFF4, Enumerable.Range(0xA0, 12).Select(i => (byte)i).ToArray());
        guest.Handler.Handle(DataAbortExit.FromRegisters(TestGuest.ReadEsr, TestGuest.Data + 0x1000, TestGuest.DeviceIpa >> 8))
            .Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000000 4");
        (guest.Registers.GetX(0), guest.Registers.GetX(1)).Should().Be((0xA7A6A5A4A3A2A1A0, 0x03020100_ABAAA9A8));
    }

    [Fact]
    public void A_valid_syndrome_of_an_access_that_crosses_into_the_device_page_is_resolved_by_the_instruction()
    {
        // ldr x0, [x2, #4] at a page's last four bytes: FAR is the next page's start, ISV = 1.
        var guest = new TestGuest().With(0xF8404040).X(2, TestGuest.Data + 0xFF8);
        guest.Tables.Map(TestGuest.Data + 0x1000, TestGuest.DeviceIpa, GuestTables.Code);
        guest.Memory.Store32(TestGuest.DataIpa + 0xFFC, 0xA3A2A1A0);
        guest.Handler.Handle(DataAbortExit.FromRegisters(0x93C08007, TestGuest.Data + 0x1000, TestGuest.DeviceIpa >> 8))
            .Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(0).Should().Be(0x03020100_A3A2A1A0);
        guest.Devices.Log.Should().Equal("read 9000000 4");
    }

    [Fact]
    public void An_unprivileged_access_with_a_valid_syndrome_that_crosses_pages_has_the_permissions_of_EL0_in_both()
    {
        // ldtr x0, [x2, #4] with PAN: the processor let it pass, into the device page and out of it.
        const uint Load = 0xF8404840;
        const ulong User = GuestTables.Code | GuestTables.UnprivilegedAccess;
        var guest = new TestGuest().With(Load).X(2, TestGuest.Data + 0xFF8);
        guest.Registers.PState |= 1 << 22;
        guest.Tables.Map(TestGuest.Data, TestGuest.DataIpa, User);
        guest.Tables.Map(TestGuest.Data + 0x1000, TestGuest.DeviceIpa, User);
        guest.Memory.Store32(TestGuest.DataIpa + 0xFFC, 0xA3A2A1A0);
        guest.Handler.Handle(DataAbortExit.FromRegisters(0x93C08007, TestGuest.Data + 0x1000, TestGuest.DeviceIpa >> 8))
            .Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000000 4");
        guest.Registers.GetX(0).Should().Be(0x03020100_A3A2A1A0);

        guest = new TestGuest().With(Load).X(2, Device + 0xFF8);
        guest.Tables.Map(Device, TestGuest.DeviceIpa, User);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, User);
        guest.Registers.PState |= 1 << 22;
        guest.Handle(0x93C08007, Device + 0xFFC).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000ffc 4");

        // The next page belongs to the kernel alone.
        guest.Registers.Pc = TestGuest.Pc;
        guest.Registers.PState &= ~(1u << 22);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, GuestTables.Code);
        Outcome(guest.Handle(0x93C08007, Device + 0xFFC)).Should().Be((ExitStatus.GuestFault, ExitReason.OtherPartNotTranslated));
    }

    [Fact]
    public void An_unprivileged_access_with_a_valid_syndrome_and_no_IPA_has_the_permissions_of_EL0()
    {
        var guest = new TestGuest().With(0xB8000841).X(2, Device + 8).X(1, 7); // sttr w1, [x2]
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Registers.PState |= 1 << 22; // PAN
        guest.Handler.Handle(DataAbortExit.FromRegisters(0x9381004F, Device + 8, 0)).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("write 9000008 4 = 7");
    }

    [Fact]
    public void A_valid_syndrome_without_FAR_takes_no_IPA_for_a_virtual_address()
    {
        // ldr x0, [x2]: out of the device's page, whose IPA is the virtual address of other things.
        var guest = new TestGuest().With(0xF9400040).X(2, Device + 0xFFC);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, GuestTables.Code);
        guest.Memory.Store32(TestGuest.DataIpa, 0xA3A2A1A0);
        guest.Tables.Map(TestGuest.DeviceIpa + 0x1000, 0xDEAD_0000, GuestTables.Device);
        var exit = new DataAbortExit(DataAbortSyndrome.FromEsr(0x93C08007), null, IntermediatePhysicalAddress.FromAddress(TestGuest.DeviceIpa + 0xFFC));
        guest.Handler.Handle(exit).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000ffc 4");
        guest.Registers.GetX(0).Should().Be(0xA3A2A1A0_FFFEFDFC);

        guest.Devices.Refuses = static _ => true;
        exit = new DataAbortExit(DataAbortSyndrome.FromEsr(0x93C08007), null, IntermediatePhysicalAddress.FromAddress(TestGuest.DeviceIpa + 0x10));
        guest.Handler.Handle(exit).Fault.AddressNotValid.Should().BeTrue("the guest knows nothing of IPAs");
    }

    [Fact]
    public void Without_a_way_to_write_memory_a_store_that_is_partly_memory_is_not_begun()
    {
        var guest = new TestGuest(writable: false).With(StorePair).X(2, Device + 0xFF8);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, GuestTables.Code);
        Outcome(guest.Handle(TestGuest.WriteEsr, Device + 0xFF8)).Should().Be((ExitStatus.NotEmulated, ExitReason.MemoryNotWritable));
        guest.Devices.Log.Should().BeEmpty();
    }

    [Fact]
    public void A_later_part_without_a_translation_faults_before_the_first_has_an_effect()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device + 0xFF8);
        guest.Tables.Map(Device + 0x1000, 0, 0);
        var outcome = guest.Handle(TestGuest.WriteEsr, Device + 0xFF8);
        Outcome(outcome).Should().Be((ExitStatus.GuestFault, ExitReason.OtherPartNotTranslated));
        (outcome.Fault.StatusCode.Value, outcome.Fault.Address, outcome.Fault.IsWrite).Should().Be((7, Device + 0x1000, true));
        guest.Devices.Count.Should().Be(0);
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_device_that_refuses_leaves_the_guest_as_it_was(int refused)
    {
        var guest = new TestGuest().With(LoadPair).X(2, Device + 0x10).X(0, 7).X(1, 8);
        guest.Devices.Refuses = access => access == refused;
        var outcome = guest.Handle(TestGuest.ReadEsr, Device + 0x10);
        Outcome(outcome).Should().Be((ExitStatus.GuestFault, ExitReason.DeviceRefused));
        (outcome.Fault.Reason, outcome.Fault.StatusCode.Value, outcome.Fault.Address).Should()
            .Be((FaultReason.DataAbort, 0x10, Device + 0x10 + (8ul * (ulong)refused)));
        (guest.Registers.GetX(0), guest.Registers.GetX(1), guest.Registers.Pc).Should().Be((7ul, 8ul, TestGuest.Pc));
    }

    [Fact]
    public void What_is_at_PC_now_must_explain_the_exit()
    {
        Retry(g => g.Tables.Map(TestGuest.Pc, TestGuest.Code, 0)).Should().Be(ExitReason.InstructionNotFetched);
        Retry(g => g.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code | GuestTables.Pxn)).Should().Be(ExitReason.InstructionNotFetched);
        Retry(g => g.Tables.Map(TestGuest.Pc, 0x9000000, GuestTables.Code)).Should().Be(ExitReason.InstructionNotFetched);
        Retry(g => g.With(0xD503201F)).Should().Be(ExitReason.NotMemoryAccess); // nop
        Retry(g => g.With(0xB8000000)).Should().Be(ExitReason.DirectionDiffers); // stur w0, [x0]
        Retry(g => g.With(0xF9800040)).Should().Be(ExitReason.NoAccess); // prfm pldl1keep, [x2]
        Retry(g => g.With(0x29400C41)).Should().Be(ExitReason.None, "another load of the same bytes is as good"); // ldp w1, w3, [x2]
        Retry(g => g.X(2, Device + 0x14)).Should().Be(ExitReason.AddressDiffers);
        Retry(g => g.X(2, Device + 0x1010)).Should().Be(ExitReason.AddressDiffers);
        Retry(g => g.Tables.Map(Device, 0, 0)).Should().Be(ExitReason.NotTranslated);
        Retry(g => g.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device & ~GuestTables.AccessFlag)).Should().Be(ExitReason.NotTranslated);
        Retry(g => g.Tables.Map(Device, TestGuest.DeviceIpa + 0x1000, GuestTables.Device)).Should().Be(ExitReason.PageDiffers);
        Retry(g => g.Memory.Add(TestGuest.DeviceIpa)).Should().Be(ExitReason.IsMemory);

        static ExitReason Retry(Action<TestGuest> change)
        {
            foreach (var kvm in new[] { false, true })
            {
                var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);
                change(guest);
                var before = guest.Registers.GetX(2);
                var outcome = kvm ? guest.HandleKvm(7, Device + 0x10) : guest.Handle(TestGuest.ReadEsr, Device + 0x10);
                if (outcome.Status == ExitStatus.Completed)
                {
                    continue;
                }

                outcome.Status.Should().Be(ExitStatus.Retry);
                guest.Devices.Count.Should().Be(0);
                (guest.Registers.Pc, guest.Registers.GetX(2)).Should().Be((TestGuest.Pc, before));
                if (!kvm)
                {
                    return outcome.Reason;
                }
            }

            return ExitReason.None;
        }
    }

    [Fact]
    public void An_instruction_is_not_what_trapped_when_its_condition_fails()
    {
        var guest = new TestGuest(aarch32: true).With(0x04921004).X(2, Device + 0x10); // ldreq r1, [r2], #4
        Outcome(guest.Handle(TestGuest.ReadEsr, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.NoAccess));
        guest.Registers.PState |= 1u << 30;
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
    }

    [Fact]
    public void Cache_maintenance_whose_condition_fails_has_no_address_of_an_instruction_before()
    {
        var guest = new TestGuest(aarch32: true).With(0xEE072F3A).X(2, Device); // mcr p15, #0, r2, c7, c10, #1
        guest.Handle(0x92000147, Device).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.Pc = TestGuest.Pc;
        Outcome(guest.With(0x0E072F3A).Handle(0x92000147, Device)).Should().Be((ExitStatus.Retry, ExitReason.NoAccess)); // mcreq
    }

    [Fact]
    public void A_valid_syndrome_for_memory_is_a_retry()
    {
        var guest = new TestGuest();
        guest.Memory.Add(TestGuest.DeviceIpa);
        Outcome(guest.Handle(0x93820007, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.IsMemory));
    }

    [Fact]
    public void Tags_in_FAR_and_pointer_do_not_matter_where_they_are_ignored()
    {
        var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10 | (0x5Aul << 56));
        guest.Tables.Registers = guest.Tables.Registers with { Tcr = guest.Tables.Registers.Tcr | (1ul << 37) };
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(2).Should().Be(Device + 0x14 | (0x5Aul << 56));
        guest.X(2, Device + 0x10 | (0x5Aul << 56));
        guest.HandleKvm(7, Device + 0x10).Status.Should().Be(ExitStatus.Retry, "PC is at the next instruction, which is none");
    }

    [Fact]
    public void Whether_tags_are_ignored_is_what_the_vCPU_says()
    {
        var guest = new TestGuest(options: new EmulationOptions { TopByteIgnored = true }).With(LoadPair).X(2, 0xAB00_0000_0000_0000 | Device);
        guest.Handle(TestGuest.ReadEsr, Device);
        guest.Devices.Log.Should().BeEmpty("the guest's own access would have been a translation fault");
    }

    [Fact]
    public void Unprivileged_instructions_have_the_permissions_of_EL0()
    {
        var guest = new TestGuest().With(0xB8404841).X(2, Device); // ldtr w1, [x2, #4]
        Outcome(guest.Handle(TestGuest.ReadEsr, Device + 4)).Should().Be((ExitStatus.Retry, ExitReason.NotTranslated));
        guest.Registers.PState |= 1 << 23; // UAO
        guest.Handle(TestGuest.ReadEsr, Device + 4).Status.Should().Be(ExitStatus.Completed);

        guest = new TestGuest().With(0xB8404841).X(2, Device);
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Registers.PState |= 1 << 22; // PAN concerns privileged accesses
        guest.Handle(TestGuest.ReadEsr, Device + 4).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.Pc = TestGuest.Pc;
        Outcome(guest.With(LoadPost).Handle(TestGuest.ReadEsr, Device)).Should().Be((ExitStatus.Retry, ExitReason.NotTranslated));
    }

    [Theory]
    [InlineData(0x92000000, DataAbortClass.AddressSize, ExitAction.RepairHypervisor, -1)]
    [InlineData(0x92000010, DataAbortClass.ExternalAbort, ExitAction.InjectFault, 0x10)]
    [InlineData(0x92000016, DataAbortClass.ExternalAbortOnWalk, ExitAction.InjectFault, 0x16)]
    [InlineData(0x92000021, DataAbortClass.Alignment, ExitAction.InjectFault, 0x21)]
    [InlineData(0x92000051, DataAbortClass.TagCheck, ExitAction.InjectFault, 0x11)]
    [InlineData(0x92000028, DataAbortClass.GranuleProtection, ExitAction.RepairHypervisor, -1)]
    [InlineData(0x92000030, DataAbortClass.TlbConflict, ExitAction.RepairHypervisor, -1)]
    [InlineData(0x92000031, DataAbortClass.UnsupportedAtomicHardwareUpdate, ExitAction.RepairHypervisor, -1)]
    [InlineData(0x92000034, DataAbortClass.Lockdown, ExitAction.RepairHypervisor, -1)]
    [InlineData(0x100_92000007, DataAbortClass.GuardedControlStack, ExitAction.MapMemory, -1)]
    [InlineData(0x800_92000007, DataAbortClass.DirtyStateTracking, ExitAction.RepairHypervisor, -1)]
    [InlineData(0x92002007, DataAbortClass.NestedVirtualization, ExitAction.MapMemory, -1)]
    [InlineData(0x920000C7, DataAbortClass.TranslationTableWalk, ExitAction.MapMemory, -1)]
    [InlineData(0x92000036, DataAbortClass.Reserved, ExitAction.HandOver, -1)]
    [InlineData(0x82000007, DataAbortClass.NotDataAbort, ExitAction.HandOver, -1)]
    public void What_is_no_access_of_the_instruction_is_said_with_what_to_do(ulong esr, DataAbortClass abortClass, ExitAction action, int injected)
    {
        var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);
        var outcome = guest.Handle(esr, Device + 0x10);
        (outcome.Status, outcome.Class, outcome.Action).Should().Be((ExitStatus.NotInstructionAccess, abortClass, action));
        if (injected >= 0)
        {
            (outcome.Fault.Reason, outcome.Fault.StatusCode.Value, outcome.Fault.Address, outcome.Fault.IsWrite).Should()
                .Be((FaultReason.DataAbort, injected, Device + 0x10, (esr & 0x40) != 0));
        }

        guest.Devices.Count.Should().Be(0);
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
    }

    [Fact]
    public void A_page_table_in_a_device_is_an_External_abort_on_the_walk_at_its_level()
    {
        var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);
        guest.Tables.Registers = guest.Tables.Registers with { Ttbr0 = 0x9000000 };
        var outcome = guest.Handler.Handle(DataAbortExit.FromRegisters(0x92000087, Device + 0x10, 0x90000));
        (outcome.Status, outcome.Class, outcome.Action, outcome.Fault.StatusCode.Value).Should()
            .Be((ExitStatus.NotInstructionAccess, DataAbortClass.TranslationTableWalk, ExitAction.InjectFault, 0x15));

        // The tables are back in memory: nothing to report.
        guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);
        guest.Handle(0x92000087, Device + 0x10).Status.Should().Be(ExitStatus.Retry);

        // Without the tables the level is not known.
        var handler = new ExitHandler(guest.Registers, guest.Devices);
        handler.Handle(TestGuest.Exit(0x92000087, Device + 0x10)).Fault.StatusCode.Value.Should().Be(0x10);
    }

    [Fact]
    public void Cache_maintenance_over_a_device_completes_without_an_access()
    {
        var guest = new TestGuest().With(0xD50B7E21).X(1, Device + 0x10); // dc civac, x1
        guest.Handle(0x92000147, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Count.Should().Be(0);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);

        Outcome(new TestGuest().With(LoadPost).X(2, Device + 0x10).Handle(0x92000147, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.KindDiffers));
        Outcome(new TestGuest().With(0xD503201F).Handle(0x92000147, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.KindDiffers));
        Outcome(new TestGuest().With(0xD50B7E21).X(1, Device + 0x1000).Handle(0x92000147, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.AddressDiffers));

        var report = new TestGuest(options: new EmulationOptions { CacheMaintenance = CacheMaintenancePolicy.Report }).With(0xD50B7E21).X(1, Device);
        var outcome = report.Handle(0x92000147, Device);
        (outcome.Status, outcome.Class, outcome.Action).Should().Be((ExitStatus.NotInstructionAccess, DataAbortClass.CacheMaintenance, ExitAction.SkipInstruction));

        // A protected guest: the opcode is not known.
        outcome = new ExitHandler(report.Registers, report.Devices).Handle(TestGuest.Exit(0x92000147, Device));
        (outcome.Status, outcome.Class, outcome.Action).Should().Be((ExitStatus.NotInstructionAccess, DataAbortClass.CacheMaintenance, ExitAction.SkipInstruction));
    }

    [Fact]
    public void An_unsupported_exclusive_or_atomic_access_is_what_the_policy_makes_of_it()
    {
        const ulong Unsupported = 0x92000035;
        const uint Ldadd = 0xB8210002; // ldadd w1, w2, [x0]
        var guest = new TestGuest().With(Ldadd).X(0, Device + 0x10);
        var outcome = guest.Handle(Unsupported, Device + 0x10);
        Outcome(outcome).Should().Be((ExitStatus.GuestFault, ExitReason.Instruction));
        (outcome.Fault.StatusCode.Value, outcome.Fault.Address).Should().Be((0x35, Device + 0x10));

        guest = new TestGuest(options: new EmulationOptions { Atomics = AtomicPolicy.Perform }).With(Ldadd).X(0, Device + 0x10).X(1, 1);
        guest.Handle(Unsupported, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("read 9000010 4", "write 9000010 4 = 13121111");
        guest.Registers.GetX(2).Should().Be(0x13121110);

        // In memory an access in two steps would not be atomic: never.
        guest = new TestGuest(options: new EmulationOptions { Atomics = AtomicPolicy.Perform }).With(Ldadd).X(0, TestGuest.Data);
        outcome = guest.Handle(Unsupported, TestGuest.Data);
        (outcome.Status, outcome.Fault.StatusCode.Value).Should().Be((ExitStatus.GuestFault, 0x35));

        guest = new TestGuest(options: guest.Handler.Options, writable: false).With(Ldadd).X(0, TestGuest.Data);
        outcome = guest.Handle(Unsupported, TestGuest.Data);
        (outcome.Status, outcome.Fault.StatusCode.Value).Should().Be((ExitStatus.GuestFault, 0x35));

        // Without FAR the address that faulted is that of the instruction's byte at the IPA, and there must be one.
        outcome = guest.HandleKvm(Unsupported, TestGuest.Data + 1);
        (outcome.Status, outcome.Fault.StatusCode.Value, outcome.Fault.Address).Should().Be((ExitStatus.GuestFault, 0x35, TestGuest.Data + 1));
        Outcome(guest.HandleKvm(Unsupported, TestGuest.Data + 4)).Should().Be((ExitStatus.Retry, ExitReason.AddressDiffers));

        Outcome(new TestGuest().With(LoadPost).X(2, Device + 0x10).Handle(Unsupported, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.KindDiffers));
        Outcome(new TestGuest().With(Ldadd).X(0, Device + 0x20).Handle(Unsupported, Device + 0x10)).Should().Be((ExitStatus.Retry, ExitReason.AddressDiffers));
    }

    [Fact]
    public void An_atomic_explains_a_read_and_a_write()
    {
        foreach (var esr in new[] { TestGuest.ReadEsr, TestGuest.WriteEsr })
        {
            var guest = new TestGuest(options: new EmulationOptions { Atomics = AtomicPolicy.Perform }).With(0xB8210002).X(0, Device + 0x10);
            guest.Handle(esr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        }
    }

    [Fact]
    public void What_is_not_emulated_is_said_or_becomes_the_fault_that_the_policy_names()
    {
        // gcspushm x2: a Guarded Control Stack is not emulated.
        var guest = new TestGuest().With(0xD50B7702);
        var outcome = guest.Handle(TestGuest.WriteEsr, Device);
        (outcome.Status, outcome.Reason, outcome.NotEmulatedReason).Should()
            .Be((ExitStatus.NotEmulated, ExitReason.InstructionNotEmulated, NotEmulatedReason.RegistersNotAvailable));

        var handler = new ExitHandler(guest.Registers, guest.Devices, options: new EmulationOptions { Unsupported = UnsupportedPolicy.ExternalAbort });
        outcome = handler.Handle(TestGuest.Exit(TestGuest.WriteEsr, Device + 8));
        (outcome.Status, outcome.Reason, outcome.Fault.StatusCode.Value, outcome.Fault.Address, outcome.Fault.IsWrite).Should()
            .Be((ExitStatus.GuestFault, ExitReason.OpcodeNotAvailable, 0x10, Device + 8, true));
        handler.Options = new EmulationOptions { Unsupported = UnsupportedPolicy.Undefined };
        handler.Handle(TestGuest.Exit(TestGuest.WriteEsr, Device + 8)).Fault.Reason.Should().Be(FaultReason.UndefinedInstruction);
    }

    [Fact]
    public void A_translation_that_is_not_followed_is_said()
    {
        var guest = new TestGuest().With(LoadPost).X(2, Device + 0x10);
        guest.Tables.Registers = guest.Tables.Registers with
        {
            Capabilities = new Stage1Capabilities(Stage1Features.Descriptors128, 48),
            Tcr2 = 1 << 5,
        };
        Outcome(guest.Handle(TestGuest.ReadEsr, Device + 0x10)).Should().Be((ExitStatus.NotEmulated, ExitReason.TranslationNotSupported));
    }

    [Fact]
    public void A_memory_copy_from_memory_to_a_device_goes_on_where_it_trapped()
    {
        var guest = new TestGuest(options: new EmulationOptions { CopyLimit = 32 }).With(0x1D010443); // cpyfm [x3]!, [x1]!, x2!
        guest.Registers.PState |= 1u << 29; // option B: addresses move, the size counts down
        guest.X(3, Device + 0x10).X(1, TestGuest.Data + 0x100).X(2, 40);
        guest.Memory.Store64(TestGuest.DataIpa + 0x100, 0x1122334455667788);

        var outcome = guest.Handle(TestGuest.WriteEsr, Device + 0x10);

        outcome.Status.Should().Be(ExitStatus.Continue);
        guest.Devices.Log[0].Should().Be("write 9000010 8 = 1122334455667788");
        (guest.Registers.GetX(3), guest.Registers.GetX(1), guest.Registers.GetX(2)).Should().Be((Device + 0x30, TestGuest.Data + 0x120, 8ul));
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
        guest.HandleKvm(0x47, Device + 0x30).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(2).Should().Be(0);
    }

    [Fact]
    public void A_memory_set_that_runs_off_its_page_faults_there()
    {
        var guest = new TestGuest().With(0x19C104C3); // setp [x3]!, x6!, x1
        guest.Tables.Map(Device + 0x1000, 0, 0);
        guest.X(3, Device + 0xFF0).X(6, 0x40).X(1, 0xAB);
        var outcome = guest.Handle(TestGuest.WriteEsr, Device + 0xFF0);
        outcome.Status.Should().Be(ExitStatus.GuestFault);
        outcome.Reason.Should().Be(ExitReason.OtherPartNotTranslated);
        (outcome.Fault.StatusCode.Value, outcome.Fault.Address).Should().Be((7, Device + 0x1000));
        guest.Devices.Log.Should().HaveCount(2);
    }

    [Fact]
    public void Steps_do_what_one_call_does()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device + 0xFFC).X(0, 0x1111_2222_3333_4444).X(1, 0x5555_6666_7777_8888);
        guest.Tables.Map(Device + 0x1000, TestGuest.DataIpa, GuestTables.Code);

        guest.Handler.Begin(TestGuest.Exit(TestGuest.WriteEsr, Device + 0xFFC)).Status.Should().Be(ExitStatus.Pending);
        guest.Handler.TryGetNext(out var transaction).Should().BeTrue();
        (transaction.Operation, transaction.Address, transaction.Size, transaction.Low).Should().Be((BusOperation.Write, 0x9000FFCul, (byte)4, 0x33334444ul));
        guest.Handler.TryGetNext(out var again).Should().BeTrue();
        again.Address.Should().Be(transaction.Address);
        guest.Handler.Complete();
        guest.Handler.TryGetNext(out _).Should().BeFalse("the rest is memory");
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
        guest.Handler.Commit().Status.Should().Be(ExitStatus.Completed);
        guest.Memory.Load(TestGuest.DataIpa, 12).Should().Equal(0x22, 0x22, 0x11, 0x11, 0x88, 0x88, 0x77, 0x77, 0x66, 0x66, 0x55, 0x55);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);
    }

    [Fact]
    public void A_refused_step_is_a_fault_and_nothing_else()
    {
        var guest = new TestGuest().With(LoadPair).X(2, Device);
        guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device));
        guest.Handler.TryGetNext(out _);
        guest.Handler.Complete(1);
        guest.Handler.TryGetNext(out _);
        guest.Handler.Fail(BusStatus.ExternalAbort);
        guest.Handler.TryGetNext(out _).Should().BeFalse();
        Outcome(guest.Handler.Commit()).Should().Be((ExitStatus.GuestFault, ExitReason.DeviceRefused));
        guest.Registers.GetX(0).Should().Be(0);
    }

    [Fact]
    public void Beginning_the_next_exit_abandons_the_one_before()
    {
        var guest = new TestGuest().With(LoadPair).X(2, Device);
        guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device));
        guest.Handler.TryGetNext(out _);
        guest.Handler.Complete(1);
        guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(0).Should().Be(0x07060504_03020100);
    }

    [Fact]
    public void An_exit_that_has_ended_has_no_transaction()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device);
        guest.Handler.Begin(TestGuest.Exit(TestGuest.WriteEsr, Device)).Status.Should().Be(ExitStatus.Pending);
        guest.Handler.Begin(TestGuest.Exit(TestGuest.WriteEsr, Device + 0x100)).Status.Should().Be(ExitStatus.Retry);

        guest.Handler.TryGetNext(out _).Should().BeFalse();
        guest.Handler.Invoking(handler => handler.Complete()).Should().Throw<InvalidOperationException>();
        guest.Handler.Invoking(handler => handler.Complete([1])).Should().Throw<InvalidOperationException>();
        guest.Handler.Invoking(handler => handler.Fail(BusStatus.ExternalAbort)).Should().Throw<InvalidOperationException>();
        guest.Handler.Invoking(handler => handler.CopyData(new byte[8])).Should().Throw<InvalidOperationException>();
        guest.Handler.Commit().Status.Should().Be(ExitStatus.Retry);
    }

    [Fact]
    public void A_device_that_throws_leaves_the_guest_as_it_was()
    {
        var guest = new TestGuest().With(LoadPair).X(2, Device);
        guest.Devices.BeforeAccess = () => throw new TimeoutException();
        guest.Handler.Invoking(handler => handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, Device))).Should().Throw<TimeoutException>();
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
        guest.Devices.BeforeAccess = null;
        guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);
    }

    [Fact]
    public void The_registers_and_the_devices_are_needed()
    {
        FluentActions.Invoking(() => new ExitHandler(null!, new TestDevices())).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Retries_at_one_PC_are_limited()
    {
        var limit = new RetryLimit(2);
        var guest = new TestGuest().With(0xD503201F);
        var retry = guest.Handle(TestGuest.ReadEsr, Device);
        limit.Allows(0x1000, retry).Should().BeTrue();
        limit.Allows(0x1000, retry).Should().BeTrue();
        limit.Allows(0x2000, retry).Should().BeTrue();
        limit.Allows(0x2000, retry).Should().BeTrue();
        limit.Allows(0x2000, retry).Should().BeFalse();
        limit.Allows(0x2000, retry).Should().BeTrue("the count starts again");
        limit.Allows(0x2000, default).Should().BeTrue();
        limit.Count.Should().Be(0);
        FluentActions.Invoking(() => new RetryLimit(0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(LoadPost, 0x92000007)]
    [InlineData(LoadPair, 0x92000007)]
    [InlineData(StorePair, 0x92000047)]
    [InlineData(LoadPost, 0x93820007)]
    public void Handling_allocates_nothing(uint opcode, ulong esr)
    {
        var guest = new TestGuest().With(opcode).X(2, Device + 0xFF8);
        var bus = new SilentDevices();
        var handler = new ExitHandler(guest.Registers, bus, guest, guest.Memory);
        guest.Memory.Reads.Capacity = 100_000;
        var exit = TestGuest.Exit(esr, Device + 0xFF8);
        long allocated = 0;
        for (var i = 0; i < 50; i++)
        {
            guest.Registers.Pc = TestGuest.Pc;
            guest.X(2, Device + 0xFF8);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var status = handler.Handle(exit).Status;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            status.Should().Be(ExitStatus.Completed);
        }

        allocated.Should().Be(0);
    }

    private static (ExitStatus, ExitReason) Outcome(ExitOutcome outcome) => (outcome.Status, outcome.Reason);

    private sealed class SilentDevices : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = address;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }
}
