using System;
using System.Globalization;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// Exits that other hypervisors got wrong, with what the architecture demands. What comes before the colon tells whose: O is
/// OpenVMM, Q QEMU's patches for ISV = 0, X Xen, K KVM.
/// </summary>
public sealed class PeerBugExitTests
{
    private const ulong Device = TestGuest.Device;

    // The device's bytes here are 0x90, 0x91 and so on: the sign bits are set.
    private const ulong Negative = Device + 0x90;

    [Theory]
    // SAS in bits 23:22, SSE 21, SRT 20:16, SF 15, AR 14.
    [InlineData("X2, Jailhouse, VirtualBox: ldrsb w0", 0x93200007u, 1, 0xFFFFFF90ul)]
    [InlineData("K1, xvisor, Bao: ldrsb x0", 0x93208007u, 1, 0xFFFFFFFF_FFFFFF90ul)]
    [InlineData("X2: ldrsh w0", 0x93600007u, 2, 0xFFFF9190ul)]
    [InlineData("K1: ldrsh x0", 0x93608007u, 2, 0xFFFFFFFF_FFFF9190ul)]
    [InlineData("K1, xvisor, Bao: ldrsw x0", 0x93A08007u, 4, 0xFFFFFFFF_93929190ul)]
    [InlineData("VirtualBox: ldr w0", 0x93800007u, 4, 0x93929190ul)]
    [InlineData("xvisor: ldr x0, SAS = 3", 0x93C08007u, 8, 0x97969594_93929190ul)]
    [InlineData("OpenBSD: ldrb w0, SAS = 0", 0x93000007u, 1, 0x90ul)]
    [InlineData("OpenBSD: ldrh w0, SAS = 1", 0x93400007u, 2, 0x9190ul)]
    [InlineData("O12: ldar w0", 0x93804007u, 4, 0x93929190ul)]
    [InlineData("O5, Cloud Hypervisor: ldr wzr", 0x939F0007u, 4, ulong.MaxValue)]
    [InlineData("O5: ldr xzr", 0x93DF8007u, 8, ulong.MaxValue)]
    [InlineData("O5: ldrsb wzr", 0x933F0007u, 1, ulong.MaxValue)]
    public void A_load_with_a_valid_syndrome_reads_and_extends(string text, uint esr, int size, ulong value)
    {
        TestGuest guest = new TestGuest().X(0, ulong.MaxValue);

        guest.Handle(esr, Negative).Status.Should().Be(ExitStatus.Completed, "of {0}", text);

        guest.Devices.Log.Should().Equal($"read 9000090 {size}");
        guest.Registers.GetX(0).Should().Be(value);
        guest.Registers.Sp.Should().Be(0, "register 31 is the zero register");
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);
    }

    [Theory]
    [InlineData("strb w1", 0x93010047u, "write 9000090 1 = 88")]
    [InlineData("strh w1", 0x93410047u, "write 9000090 2 = 7788")]
    [InlineData("str w1", 0x93810047u, "write 9000090 4 = 55667788")]
    [InlineData("xvisor: str x1, SAS = 3", 0x93C18047u, "write 9000090 8 = 1122334455667788")]
    [InlineData("str wzr", 0x939F0047u, "write 9000090 4 = 0")]
    [InlineData("str xzr", 0x93DF8047u, "write 9000090 8 = 0")]
    public void A_store_with_a_valid_syndrome_writes_its_size(string text, uint esr, string access)
    {
        TestGuest guest = new TestGuest().X(1, 0x11223344_55667788);
        guest.Registers.Sp = 0x1000;

        guest.Handle(esr, Negative).Status.Should().Be(ExitStatus.Completed, "of {0}", text);

        guest.Devices.Log.Should().Equal(access);
    }

    [Theory]
    [InlineData("K2: ldrsb x0", 0x93208007u, 0xFFFFFFFF_FFFFFF90ul)]
    [InlineData("K2: ldrsh x0", 0x93608007u, 0xFFFFFFFF_FFFF9091ul)]
    [InlineData("K2: ldrsh w0", 0x93600007u, 0xFFFF9091ul)]
    [InlineData("K2: ldrsw x0", 0x93A08007u, 0xFFFFFFFF_90919293ul)]
    [InlineData("K2: ldr x0", 0x93C08007u, 0x90919293_94959697ul)]
    public void A_big_endian_guest_sees_the_data_swapped_then_extended(string text, uint esr, ulong value)
    {
        var registers = new GuestRegisters { Pc = TestGuest.Pc, PState = 0x3C5 };
        var handler = new ExitHandler(registers, new TestDevices(), options: new EmulationOptions { BigEndian = true });

        handler.Handle(TestGuest.Exit(esr, Negative)).Status.Should().Be(ExitStatus.Completed, "of {0}", text);

        registers.GetX(0).Should().Be(value);
    }

    [Theory]
    [InlineData("O9: ldr w0", 0x93800007u, 0x10)]
    [InlineData("O9: str w0", 0x93800047u, 0x10)]
    public void A_device_that_refuses_a_valid_syndromes_access_is_not_asked_again(string text, uint esr, int status)
    {
        // The instruction that the opcode path would find and perform.
        TestGuest guest = new TestGuest().With((esr & 0x40) == 0 ? 0xB9400040 : 0xB9000040).X(0, 7).X(2, Negative);
        guest.Devices.Refuses = _ => true;

        ExitOutcome outcome = guest.Handle(esr, Negative);

        (outcome.Status, outcome.Reason).Should().Be((ExitStatus.GuestFault, ExitReason.DeviceRefused), "of {0}", text);
        (outcome.Fault.StatusCode.Value, outcome.Fault.Address, outcome.Fault.IsWrite).Should().Be((status, Negative, (esr & 0x40) != 0));
        guest.Devices.Count.Should().Be(1);
        guest.Handler.Fetch.Opcode.Should().Be(0);
        (guest.Registers.GetX(0), guest.Registers.Pc).Should().Be((7ul, TestGuest.Pc));
    }

    [Theory]
    [InlineData("Bao: ldr w0", 0x93800007u)]
    [InlineData("Bao: str w0", 0x93800047u)]
    public void An_unaligned_access_with_a_valid_syndrome_goes_by_policy(string text, uint esr)
    {
        var guest = new TestGuest(options: new EmulationOptions { Unaligned = UnalignedPolicy.Fault });
        ExitOutcome outcome = guest.Handle(esr, Device + 2);
        (outcome.Status, outcome.Fault.StatusCode.Value, outcome.Fault.Address).Should().Be((ExitStatus.GuestFault, 0x21, Device + 2), "of {0}", text);
        guest.Devices.Count.Should().Be(0);

        guest = new TestGuest();
        guest.Handle(esr, Device + 2).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Count.Should().Be(2, "the default splits");
    }

    [Theory]
    [InlineData("Apple HVF: ldr w1, [x2, #4]", 0xB9400441u, 0x92000007u, "read 9000014 4")]
    [InlineData("Apple HVF: str w1, [x2]", 0xB9000041u, 0x92000047u, "write 9000010 4 = 1")]
    [InlineData("ldrb w1, [x2]", 0x39400041u, 0x92000007u, "read 9000010 1")]
    [InlineData("K1: ldrsw x1, [x2]", 0xB9800041u, 0x92000007u, "read 9000010 4")]
    [InlineData("ldr x1, [x2, x3]", 0xF8636841u, 0x92000007u, "read 9000018 8")]
    [InlineData("stlr w1, [x2]", 0x889FFC41u, 0x92000047u, "write 9000010 4 = 1")]
    [InlineData("ldtr w1, [x2] at EL0", 0xB8400841u, 0x92000007u, "read 9000010 4")]
    public void A_plain_access_that_is_reported_without_a_syndrome_is_performed_from_its_opcode(string text, uint opcode, uint esr, string access)
    {
        TestGuest guest = new TestGuest().With(opcode).X(1, 1).X(2, Device + 0x10).X(3, 8);
        if (text.EndsWith("EL0", StringComparison.Ordinal))
        {
            guest.Registers.PState = 0x3C0;
            guest.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code | GuestTables.UnprivilegedAccess | GuestTables.ReadOnly);
            guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        }

        ulong address = Device | (ulong.Parse(access.Split(' ')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) & 0xFFF);
        guest.Handle(esr, address).Status.Should().Be(ExitStatus.Completed, "of {0}", text);

        guest.Devices.Log.Should().Equal(access);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);
    }

    [Theory]
    [InlineData("X1: ldr w1, [x2], #4", 0xB8404441u, 2, 0x13121110ul, Device + 0x14)]
    [InlineData("X6: ldr w1, [x0], #4", 0xB8404401u, 0, 0x13121110ul, Device + 0x14)]
    public void A_device_that_answers_later_gives_the_data_to_the_register_of_the_instruction(string text, uint opcode, int baseRegister, ulong data, ulong newBase)
    {
        TestGuest guest = new TestGuest().With(opcode).X(baseRegister, Device + 0x10);

        guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device + 0x10)).Status.Should().Be(ExitStatus.Pending, "of {0}", text);
        guest.Handler.TryGetNext(out BusTransaction transaction).Should().BeTrue();
        (transaction.Operation, transaction.Address, transaction.Size).Should().Be((BusOperation.Read, 0x9000010ul, (byte)4));
        guest.Registers.GetX(baseRegister).Should().Be(Device + 0x10);
        guest.Handler.Complete(TestDevices.ValueAt(0x9000010, 4));
        guest.Handler.Commit().Status.Should().Be(ExitStatus.Completed);

        guest.Registers.GetX(1).Should().Be(data);
        guest.Registers.GetX(baseRegister).Should().Be(newBase);
        guest.Registers.GetX(3).Should().Be(0);
    }

    [Theory]
    // IL is 1 in both syndromes, whatever the length of the instruction (bit 25).
    [InlineData("X5: ldm r0!, {r1, r2}", 0xC806u, 2, 0x92000007u, Device + 0x18)]
    [InlineData("X3: str.w r0, [r1], #4", 0xF8410B04u, 4, 0x92000047u, Device + 0x14)]
    [InlineData("X3: ldr.w r0, [r1], #4", 0xF8510B04u, 4, 0x92000007u, Device + 0x14)]
    public void PC_advances_by_the_length_of_the_T32_instruction(string text, uint opcode, int length, uint esr, ulong newBase)
    {
        var guest = new TestGuest(aarch32: true);
        guest.Registers.PState |= 1 << 5;
        guest.Memory.Store16(TestGuest.Code, (ushort)(length == 2 ? opcode : opcode >> 16));
        guest.Memory.Store16(TestGuest.Code + 2, (ushort)opcode);
        int baseRegister = length == 2 ? 0 : 1;
        guest.X(baseRegister, Device + 0x10);

        guest.Handle(esr, Device + 0x10).Status.Should().Be(ExitStatus.Completed, "of {0}", text);

        guest.Registers.Pc.Should().Be(TestGuest.Pc + (ulong)length);
        guest.Registers.GetX(baseRegister).Should().Be(newBase);
    }

    [Fact]
    public void The_instruction_set_is_that_of_the_guest_not_of_the_word()
    {
        // xvisor: str w8, [x10], #4 is stmdalt r0, {r3, r6, r8, r10, lr} in A32.
        const uint Word = 0xB8004548;
        TestGuest guest = new TestGuest().With(Word).X(8, 0x12345678).X(10, Device + 0x10);
        guest.Handle(TestGuest.WriteEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal("write 9000010 4 = 12345678");
        guest.Registers.GetX(10).Should().Be(Device + 0x14);

        guest = new TestGuest(aarch32: true).With(Word).X(0, Device + 0x20).X(3, 3).X(6, 6).X(8, 8).X(10, 10).X(18, 14);
        guest.Registers.PState |= 1u << 31; // N: LT holds
        guest.Handle(TestGuest.WriteEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().Equal(
            "write 9000010 4 = 3", "write 9000014 4 = 6", "write 9000018 4 = 8", "write 900001c 4 = a", "write 9000020 4 = e");
    }

    [Theory]
    [InlineData("xvisor: the page of PC is gone", 0ul)]
    [InlineData("xvisor: it is there and may not be executed", GuestTables.Code | GuestTables.Pxn)]
    [InlineData("its access flag is clear", GuestTables.Code & ~GuestTables.AccessFlag)]
    public void A_fetch_that_fails_re_enters_the_guest(string text, ulong attributes)
    {
        TestGuest guest = new TestGuest().With(0xB8404441).X(2, Device + 0x10);
        guest.Tables.Map(TestGuest.Pc, TestGuest.Code, attributes);

        ExitOutcome outcome = guest.Handle(TestGuest.ReadEsr, Device + 0x10);

        (outcome.Status, outcome.Reason).Should().Be((ExitStatus.Retry, ExitReason.InstructionNotFetched), text);
        guest.Devices.Count.Should().Be(0);
    }

    [Fact]
    public void The_instruction_is_at_the_translation_of_PC()
    {
        // seL4: PC itself, taken for an IPA, has another instruction.
        TestGuest guest = new TestGuest().With(0xB8404441).X(2, Device + 0x10);
        guest.Memory.Store32(TestGuest.Pc, 0xB8408441); // ldr w1, [x2], #8

        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);

        guest.Registers.GetX(2).Should().Be(Device + 0x14);
    }

    [Theory]
    [InlineData("Q4: ldtr w0, [x1]", 0xB8400820u, 0x92000007u)]
    [InlineData("Q4: sttr w0, [x1]", 0xB8000820u, 0x92000047u)]
    [InlineData("Q4: ldtrsb x0, [x1]", 0x38800820u, 0x92000007u)]
    public void An_unprivileged_access_needs_the_permissions_of_EL0(string text, uint opcode, uint esr)
    {
        TestGuest guest = new TestGuest().With(opcode).X(1, Device + 0x10);
        ExitOutcome outcome = guest.Handle(esr, Device + 0x10);
        (outcome.Status, outcome.Reason).Should().Be((ExitStatus.Retry, ExitReason.NotTranslated), "of {0}", text);
        guest.Devices.Count.Should().Be(0);

        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Handle(esr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
    }

    [Theory]
    [InlineData("another direction", 0x92000047u, 0x10, 0x10)]
    [InlineData("FAR before the bytes", 0x92000007u, 0x0F, 0x10)]
    [InlineData("FAR behind the bytes", 0x92000007u, 0x20, 0x10)]
    [InlineData("another offset in the page", 0x92000007u, 0x810, 0x10)]
    [InlineData("another page", 0x92000007u, 0x1010, 0x10)]
    public void An_instruction_that_does_not_explain_the_exit_is_not_performed(string text, uint esr, ulong far, ulong accessed)
    {
        TestGuest guest = new TestGuest().With(0xA9400440).X(2, Device + accessed); // ldp x0, x1, [x2]

        guest.Handle(esr, Device + far).Status.Should().Be(ExitStatus.Retry, text);

        guest.Devices.Count.Should().Be(0);
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(15)]
    public void FAR_may_be_any_byte_of_the_access(ulong offset)
    {
        TestGuest guest = new TestGuest().With(0xA9400440).X(2, Device + 0x10); // ldp x0, x1, [x2]

        guest.Handle(TestGuest.ReadEsr, Device + 0x10 + offset).Status.Should().Be(ExitStatus.Completed);
    }

    [Fact]
    public void Maintenance_of_a_device_completes_and_a_hypervisor_in_two_minds_does_not_stop()
    {
        // Jailhouse, Hyperlight: dc civac, x1 with CM = 1 and WnR = 1; dc zva, x1 reports CM = 0 and writes.
        TestGuest guest = new TestGuest().With(0xD50B7E21).X(1, Device + 0x47);
        guest.Handle(0x92000147, Device + 0x47).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Count.Should().Be(0);
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);

        guest = new TestGuest().With(0xD50B7421).X(1, Device + 0x47);
        guest.Handle(0x92000047, Device + 0x47).Status.Should().Be(ExitStatus.Completed);
        guest.Devices.Log.Should().HaveCount(8).And.HaveElementAt(0, "write 9000040 8 = 0");
    }

    [Theory]
    // EC, IL, WnR and DFSC; the vector is that of the level and stack pointer.
    [InlineData("O13: a device refuses at EL1h", 0x3C5u, 0xB9400041u, 0x92000007u, 0x96000010ul, 0x200)]
    [InlineData("X7: a device refuses at EL1t", 0x3C4u, 0xB9400041u, 0x92000007u, 0x96000010ul, 0x000)]
    [InlineData("O13: a device refuses at EL0", 0x3C0u, 0xB9400041u, 0x92000007u, 0x92000010ul, 0x400)]
    [InlineData("O13: a device refuses a store", 0x3C5u, 0xB9000041u, 0x92000047u, 0x96000050ul, 0x200)]
    [InlineData("O12: an exclusive on a device", 0x3C5u, 0x885F7C41u, 0x92000007u, 0x96000035ul, 0x200)]
    [InlineData("O12: an atomic on a device", 0x3C5u, 0xB8200041u, 0x92000007u, 0x96000035ul, 0x200)]
    [InlineData("O12: an instruction that is not emulated", 0x3C5u, 0xA540A040u, 0x92000007u, 0x96000010ul, 0x200)]
    [InlineData("O12: an instruction that is not emulated at EL0", 0x3C0u, 0xA540A040u, 0x92000007u, 0x92000010ul, 0x400)]
    [InlineData("an unaligned load-acquire", 0x3C5u, 0x88DFFC41u, 0x92000007u, 0x96000021ul, 0x200)]
    public void A_failed_data_access_is_a_data_abort_at_its_own_address(string text, uint pstate, uint opcode, uint esr, ulong injected, int vector)
    {
        ulong address = Device + (text.Contains("unaligned", StringComparison.Ordinal) ? 0x12ul : 0x10);
        TestGuest guest = new TestGuest(options: new EmulationOptions { Unsupported = UnsupportedPolicy.ExternalAbort }).With(opcode).X(2, address);
        guest.Tables.Map(TestGuest.Pc, TestGuest.Code, GuestTables.Code | GuestTables.UnprivilegedAccess | GuestTables.ReadOnly);
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Registers.PState = pstate;
        guest.Devices.Refuses = _ => true;

        ExitOutcome outcome = guest.Handle(esr, address);
        outcome.Status.Should().Be(ExitStatus.GuestFault, "of {0}", text);
        AArch64ExceptionEntry entry = AArch64ExceptionEntry.For(new AArch64ExceptionContext(1, pstate, guest.Registers.Pc, 0xFFFF0800, sctlr: 0), outcome.Fault);

        entry.Esr.Should().Be(injected, "a data access faults with EC 0x24 or 0x25, never with the 0x20 of an instruction fetch");
        entry.Far.Should().Be(address, "FAR is valid and is the data's address, not PC");
        entry.Elr.Should().Be(TestGuest.Pc);
        entry.VectorOffset.Should().Be(vector);
    }

    [Fact]
    public void An_abort_whose_address_the_hypervisor_does_not_report_says_so()
    {
        // KVM gives no FAR: ld1w { z0.s }, p0/z, [x2] is not emulated, and where it went is not known.
        TestGuest guest = new TestGuest(options: new EmulationOptions { Unsupported = UnsupportedPolicy.ExternalAbort }).With(0xA540A040);

        ExitOutcome outcome = guest.HandleKvm(7, Device + 0x10);

        outcome.Status.Should().Be(ExitStatus.GuestFault);
        AArch64ExceptionEntry entry = AArch64ExceptionEntry.For(new AArch64ExceptionContext(1, 0x3C5, guest.Registers.Pc, 0, sctlr: 0), outcome.Fault);
        (entry.Esr, entry.Far).Should().Be((0x96000410, null), "FnV is 1");
    }

    [Theory]
    [InlineData(UnsupportedPolicy.Report)]
    [InlineData(UnsupportedPolicy.ExternalAbort)]
    [InlineData(UnsupportedPolicy.Undefined)]
    public void An_instruction_of_the_other_direction_did_not_trap_whatever_the_policy(UnsupportedPolicy policy)
    {
        // Another vCPU has put st1w { z0.s }, p0, [x2] in the place of a load.
        TestGuest guest = new TestGuest(options: new EmulationOptions { Unsupported = policy }).With(0xE540E040);

        ExitOutcome outcome = guest.Handle(TestGuest.ReadEsr, Device + 0x10);

        (outcome.Status, outcome.Reason).Should().Be((ExitStatus.Retry, ExitReason.DirectionDiffers));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_device_that_throws_in_the_middle_of_a_pair_leaves_the_guest_as_it_was(int throwing)
    {
        TestGuest guest = new TestGuest().With(0xA8C10440).X(0, 7).X(1, 8).X(2, Device + 0x10); // ldp x0, x1, [x2], #16
        guest.Devices.BeforeAccess = () => _ = guest.Devices.Count == throwing ? throw new TimeoutException() : 0;

        guest.Handler.Invoking(handler => handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, Device + 0x10))).Should().Throw<TimeoutException>();

        (guest.Registers.GetX(0), guest.Registers.GetX(1), guest.Registers.GetX(2), guest.Registers.Pc).Should().Be((7ul, 8ul, Device + 0x10, TestGuest.Pc));
        guest.Devices.BeforeAccess = null;
        guest.Handle(TestGuest.ReadEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        guest.Registers.GetX(2).Should().Be(Device + 0x20);
    }
}
