using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Diagnostics;

/// <summary>What a person is told about an exit.</summary>
public sealed class ExitExplanationTests
{
    private const ulong Device = TestGuest.Device;
    private const uint StorePost = 0xB8004548; // str w8, [x10], #4
    private const uint StorePair = 0xA9000440; // stp x0, x1, [x2]

    [Fact]
    public void A_refused_access_is_told_from_the_instruction_to_what_to_do()
    {
        var guest = new TestGuest().With(StorePost).X(10, Device + 0x10).X(8, 0xCAFE);
        guest.Devices.Refuses = static _ => true;
        guest.Handle(TestGuest.WriteEsr, Device + 0x10).Status.Should().Be(ExitStatus.GuestFault);

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.Summary.Should().Be(
            "str w8, [x10], #4 at PC 0x400000, write at address 0x10000010, guest-physical address 0x9000010; no syndrome for: Writeback; "
            + "the guest takes a data abort (Synchronous External abort, not on translation table walk) at 0x10000010: the device refused the access, or there is none");
        explanation.ToString().Should().Be(
            """
            What the guest did
              The instruction at 0x400000 is str w8, [x10], #4: it writes 4 bytes and moves its base register.
              Its address comes from x10 = 0x10000010.
              What failed was a write at address 0x10000010, guest-physical address 0x9000010 (Translation fault, level 3).
              The guest's page tables map the address as Device memory: it knows that there is a device.
            Walk of the guest's page tables
              stage 1 level 1: 0x70001003 at 0x70000000, a table
              stage 1 level 2: 0x70003003 at 0x70001400, a table
              stage 1 level 3: 0x60000009000403 at 0x70003000, a page
              leads to 0x9000010 (Device-nGnRnE, Read, Write, 0x1000 bytes mapped at level 3)
            Why the syndrome is empty
              It also changes its base register, for which a syndrome has no room.
            How it ended
              The guest takes a data abort (Synchronous External abort, not on translation table walk) at 0x10000010: the device refused the access, or there is none.
            What usually lies behind it
              A driver reads or writes registers of its device one after the other, and its compiler has merged two accesses into one instruction, or an access with the step to the next address. The code is correct; only the hardware's report has no room for it.
            What to do
              Look at what the hypervisor has at the guest-physical address: no device claims it, or the device does not take an access of this size.
              To avoid the exit, let the driver use accessors that are one plain load or store each, written in assembly (Linux: readl and writel; EDK II: MmioRead32 and MmioWrite32). Volatile alone does not keep a compiler from merging.

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_walk_of_the_guests_tables_is_data()
    {
        var explanation = Explain(StorePair, TestGuest.WriteEsr);

        explanation.Walk.Select(lookup => lookup.Kind).Should().EndWith(TableLookupKind.Page).And.HaveCountGreaterThan(1);
        explanation.Walk.SkipLast(1).Should().OnlyContain(lookup => lookup.Kind == TableLookupKind.Table);
        (explanation.Walk[^1].Descriptor & 0xFFFF_FFFF_F000).Should().Be(TestGuest.DeviceIpa);
        explanation.Translation!.Value.Succeeded.Should().BeTrue();
        (explanation.Translation!.Value.PhysicalAddress & ~0xFFFul).Should().Be(TestGuest.DeviceIpa);
        explanation.Pc.Should().NotBeNull();

        var off = new TestGuest().With(StorePair);
        off.Tables.Registers = off.Tables.Registers with { Sctlr = 0 };
        off.Registers.Pc = TestGuest.Code;
        off.X(2, TestGuest.DeviceIpa).Handler.Handle(DataAbortExit.FromRegisters(TestGuest.WriteEsr, TestGuest.DeviceIpa, TestGuest.DeviceIpa >> 8));
        ExitExplanation.Of(off.Handler).Walk.Should().BeEmpty();
    }

    [Fact]
    public void A_completed_exit_has_a_line_for_a_log()
    {
        var guest = new TestGuest().With(StorePost).X(10, Device + 0x10);
        guest.HandleKvm(0x47, Device + 0x10).Status.Should().Be(ExitStatus.Completed);

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.Summary.Should().Be("str w8, [x10], #4 at PC 0x400000, write at address 0x10000010, guest-physical address 0x9000010; no syndrome for: Writeback; completed");
        explanation.GuestAction.Should().NotContain(sentence => sentence.Contains("x10 ="), "the instruction has changed it already");
    }

    [Fact]
    public void Normal_Cacheable_memory_where_a_device_lies_is_missing_RAM()
    {
        var explanation = Explain(StorePair, TestGuest.WriteEsr, guest => guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Code));

        (explanation.Cause, explanation.MemoryView).Should().Be((ExitCause.MissingMemory, GuestMemoryView.NormalCacheable));
        explanation.GuestAction.Should().ContainMatch("*it expects RAM there*");
        explanation.UsualCause.Should().Contain("device tree");
        explanation.Advice.Should().ContainMatch("*memory slots*");
    }

    [Fact]
    public void Normal_Non_cacheable_memory_is_a_device_buffer()
    {
        const ulong AttrIndx2 = 2ul << 2;
        var explanation = Explain(StorePair, TestGuest.WriteEsr, guest =>
        {
            guest.Tables.Registers = guest.Tables.Registers with { Mair = 0x44ff00 };
            guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | AttrIndx2);
        });

        (explanation.Cause, explanation.MemoryView).Should().Be((ExitCause.DeviceBuffer, GuestMemoryView.NormalNonCacheable));
        explanation.UsualCause.Should().Contain("framebuffers");
    }

    [Fact]
    public void With_translation_off_the_guest_has_not_said_what_it_expects()
    {
        var guest = new TestGuest().With(StorePair);
        guest.Tables.Registers = guest.Tables.Registers with { Sctlr = 0 };
        guest.Registers.Pc = TestGuest.Code;
        guest.X(2, TestGuest.DeviceIpa);
        guest.Handler.Handle(DataAbortExit.FromRegisters(TestGuest.WriteEsr, TestGuest.DeviceIpa, TestGuest.DeviceIpa >> 8))
            .Status.Should().Be(ExitStatus.Completed);

        var explanation = ExitExplanation.Of(guest.Handler);

        (explanation.Cause, explanation.MemoryView).Should().Be((ExitCause.MergedAccess, GuestMemoryView.TranslationOff));
    }

    [Fact]
    public void A_stack_where_the_guest_has_not_mapped_a_device_is_a_wrong_stack_pointer()
    {
        const uint Push = 0xA9BF7BFD; // stp x29, x30, [sp, #-16]!
        var guest = new TestGuest().With(Push);
        guest.Tables.Registers = guest.Tables.Registers with { Sctlr = 0 };
        guest.Registers.Pc = TestGuest.Code;
        guest.Registers.Sp = TestGuest.DeviceIpa + 0x20;
        guest.Devices.Refuses = static _ => true;
        guest.Handler.Handle(DataAbortExit.FromRegisters(TestGuest.WriteEsr, TestGuest.DeviceIpa + 0x10, TestGuest.DeviceIpa >> 8))
            .Status.Should().Be(ExitStatus.GuestFault);

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.Cause.Should().Be(ExitCause.StackOnDevice);
        explanation.GuestAction.Should().Contain("Its address comes from sp = 0x9000020.");
    }

    [Fact]
    public void Registers_of_32_bit_guests_are_those_of_their_mode()
    {
        var guest = new TestGuest(aarch32: true).With(0xE92D0003).X(19, Device + 0x20); // push {r0, r1} in Supervisor mode
        guest.Devices.Refuses = static _ => true;
        guest.Handle(TestGuest.WriteEsr, Device + 0x18).Status.Should().Be(ExitStatus.GuestFault);

        var explanation = ExitExplanation.Of(guest.Handler);
        explanation.GuestAction.Should().Contain("Its address comes from sp = 0x10000020.");
        explanation.AddressRegisters.Should().ContainSingle().Which.Should().Be(new KeyValuePair<string, ulong>("sp", 0x10000020));
    }

    [Fact]
    public void A_page_table_in_a_device_is_named()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device + 0x10);
        guest.Tables.Registers = guest.Tables.Registers with { Ttbr0 = 0x9000000 };
        guest.Handler.Handle(DataAbortExit.FromRegisters(0x92000087, Device + 0x10, 0x90000));

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.Cause.Should().Be(ExitCause.PageTableOnDevice);
        explanation.GuestAction.Should().Contain("The processor read a page table for address 0x10000010, in the guest-physical page 0x9000000 (Translation fault, level 3).");
        explanation.WhyNoSyndrome.Should().ContainSingle().Which.Should().Contain("not the instruction's access");
        explanation.Summary.Should().StartWith("a failed page table walk, read at address 0x10000010, in the guest-physical page 0x9000000; the guest is to take a data abort");
    }

    [Fact]
    public void A_retry_says_what_has_changed()
    {
        var explanation = Explain(StorePair, TestGuest.ReadEsr);

        explanation.Outcome!.Value.Reason.Should().Be(ExitReason.DirectionDiffers);
        explanation.Cause.Should().Be(ExitCause.GuestChanged);
        explanation.Summary.Should().EndWith("not performed, the guest is to execute what is there now: the exit reports the other direction than the instruction's");
        explanation.Differences.Should().Equal("The syndrome says a read, and the instruction only writes.");
        explanation.ToString().Should().Contain("How it ended\n  Not performed, the guest is to execute what is there now: the exit reports the other direction than the instruction's.\n");
    }

    /// <summary>What is not the instruction that trapped says nothing about the exit: no section may speak of it as if it did.</summary>
    [Theory]
    [InlineData(TestGuest.ReadEsr, 0xB8004548u, ExitCause.GuestChanged)] // str w8, [x10], #4 for a read
    [InlineData(TestGuest.ReadEsr, 0xF9800020u, ExitCause.GuestChanged)] // prfm pldl1keep, [x1]
    [InlineData(TestGuest.ReadEsr, 0xD503201Fu, ExitCause.GuestChanged)] // nop
    [InlineData(0x93820047ul, 0xB9400020u, ExitCause.PlainAccess)] // ldr w0, [x1] for a store of w2, which needs no instruction
    [InlineData(0x92000035ul, 0xA9400440u, ExitCause.AtomicOnDevice)] // ldp x0, x1, [x2] for an exclusive or atomic access
    [InlineData(0x92000061ul, 0xA9400440u, ExitCause.GuestMistake)] // ldp x0, x1, [x2] for a write that is not aligned
    public void An_instruction_that_did_not_trap_says_nothing_about_the_exit(ulong esr, uint opcode, ExitCause cause)
    {
        DecodeStatus decoded = InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);

        var explanation = ExitExplanation.Of(TestGuest.Exit(esr, Device), decoded, access);

        explanation.Agrees.Should().BeFalse();
        explanation.Cause.Should().Be(cause);
        explanation.WhyNoSyndrome.Should().NotContain(sentence => sentence.StartsWith("It "));
        explanation.Summary.Should().NotContain("no syndrome for");
        explanation.Advice.Should().OnlyHaveUniqueItems();
        explanation.Advice[0].Should().Contain("not what trapped");
        explanation.Advice.Should().NotContain(CauseSentences.EmulateInstruction);
    }

    /// <summary>What a guest's kernel sees when a hypervisor gives up: KVM's injected External abort has WnR = 0 whatever the direction.</summary>
    [Theory]
    [InlineData(0x96000010ul, 0xB8004548u, ExitCause.UndescribedAccess)] // str w8, [x10], #4
    [InlineData(0x96000050ul, 0xB8004548u, ExitCause.UndescribedAccess)]
    [InlineData(0x92000010ul, 0xA9400440u, ExitCause.UndescribedAccess)] // ldp x0, x1, [x2]
    [InlineData(0x96000010ul, 0xB9400020u, ExitCause.MemorySystemError)] // ldr w0, [x1], which is described
    public void A_guests_own_External_abort_may_be_the_hypervisors_answer(ulong esr, uint opcode, ExitCause cause)
    {
        DecodeStatus decoded = InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);

        var explanation = ExitExplanation.Of(new DataAbortExit(DataAbortSyndrome.FromEsrEL1(esr), Device, default), decoded, access);

        explanation.Agrees.Should().BeTrue();
        explanation.Cause.Should().Be(cause);
        explanation.WhyNoSyndrome.Any(sentence => sentence.StartsWith("It ")).Should().Be(cause == ExitCause.UndescribedAccess);
        explanation.Advice[0].Contains("look at the hypervisor first").Should().Be(cause == ExitCause.UndescribedAccess);
        explanation.Advice.Any(sentence => sentence.Contains("libarm64mmiodecode-kvm.so")).Should().Be(cause == ExitCause.UndescribedAccess);
    }

    [Fact]
    public void A_described_store_with_WnR_0_and_a_load_with_WnR_1_are_not_what_failed()
    {
        foreach ((ulong esr, uint opcode) in new[] { (0x96000010ul, 0xB9000020u), (0x96000050ul, 0xF8408420u) }) // str w0, [x1]; ldr x0, [x1], #8
        {
            DecodeStatus decoded = InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
            ExitExplanation.Of(new DataAbortExit(DataAbortSyndrome.FromEsrEL1(esr), Device, default), decoded, access).Agrees.Should().BeFalse();
        }
    }

    [Fact]
    public void What_was_emulated_is_not_to_be_emulated_again()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device + 0x10);
        guest.Handle(TestGuest.WriteEsr, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        ExitExplanation.Of(guest.Handler).Advice.Should().StartWith("Nothing about this exit: enter the guest again.")
            .And.NotContain(CauseSentences.EmulateInstruction);

        // ld1d {z0.d}, p0/z, [x2], which the library cannot.
        var explanation = Explain(0xA5E0A040, TestGuest.ReadEsr);
        explanation.Outcome!.Value.Status.Should().Be(ExitStatus.NotEmulated);
        explanation.GuestAction[0].Should().EndWith("it reads as many bytes as its vectors hold.");
        explanation.Advice[0].Should().Contain("IScalableRegisters").And.Contain("do not offer the extension to the guest");
        explanation.Advice.Should().NotContain(CauseSentences.EmulateInstruction);
    }

    [Fact]
    public void An_exclusive_on_a_device_names_the_policy()
    {
        var explanation = Explain(0x885F7C40, TestGuest.ReadEsr); // ldxr w0, [x2]

        explanation.GuestAction[0].Should().EndWith("it reads 4 bytes, marked for exclusive access.");
        explanation.Advice[0].Should().Contain("EmulationOptions.Atomics, Exclusives or SixtyFourBytes");
    }

    [Fact]
    public void Cache_maintenance_is_no_write()
    {
        var guest = new TestGuest(options: new() { CacheMaintenance = CacheMaintenancePolicy.Report }).With(0xD50B7E22).X(2, Device); // dc civac, x2
        guest.Handle(0x92000147, Device).Action.Should().Be(ExitAction.SkipInstruction);

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.GuestAction.Should().ContainMatch("What failed was cache maintenance at address 0x10000000*");
        explanation.Summary.Should().StartWith("dc civac, x2 at PC 0x400000, at address 0x10000000");
    }

    [Theory]
    [InlineData(0x18000040u, InstructionSet.A64)] // ldr w0, #8
    [InlineData(0x4800u, InstructionSet.T32)] // ldr r0, [pc, #0]
    [InlineData(0xE8DFF000u, InstructionSet.T32)] // tbb [pc, r0]
    public void A_constant_beside_the_code_is_no_register_of_a_device(uint opcode, InstructionSet set)
    {
        DecodeStatus decoded = InstructionDecoder.Decode(set, opcode, ItState.None, out AccessDescriptor access);

        ExitExplanation.Of(TestGuest.Exit(TestGuest.ReadEsr, Device), decoded, access).Cause.Should().Be(ExitCause.CodeOnDevice);
    }

    [Theory]
    [InlineData(0x92000010ul, "HPFAR_EL2 is not valid for this abort: translate FAR_EL2 through the guest's page tables for the guest-physical address.")]
    [InlineData(0x92000410ul, "Neither FAR_EL2 nor HPFAR_EL2 is valid for this abort: the address is not known.")]
    [InlineData(0x92000030ul, null)] // a TLB conflict, about which no address says anything
    [InlineData(0x92000007ul, null)]
    public void An_address_is_asked_for_where_there_is_one(ulong esr, string? sentence) =>
        ExitExplanation.Of(TestGuest.Exit(esr, Device)).Advice.Where(advice => advice.Contains("HPFAR"))
            .Should().Equal(sentence is null ? [] : [sentence]);

    [Theory]
    [InlineData(0x82000007ul, "It is the fetch of an instruction that failed*")]
    [InlineData(0x00000047ul, "*add 0x92000000 to it.")]
    [InlineData(0x96000007ul, "The abort was taken by the software that caused it*In neither case is the instruction to be emulated.")]
    [InlineData(0x9200003Eul, "Look at the exception class and the fault status:*")]
    public void An_exception_that_is_no_exit_for_a_device_is_told_apart(ulong esr, string advice) =>
        ExitExplanation.Of(TestGuest.Exit(esr, Device)).Advice[0].Should().Match(advice);

    [Fact]
    public void A_protected_guest_is_told_what_it_can_do_itself()
    {
        var guest = new TestGuest();
        var handler = new ExitHandler(guest.Registers, guest.Devices);
        handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, Device)).Reason.Should().Be(ExitReason.OpcodeNotAvailable);

        var explanation = ExitExplanation.Of(handler);

        explanation.Cause.Should().Be(ExitCause.InstructionNotReadable);
        explanation.Decoded.Should().BeNull();
        explanation.GuestAction[0].Should().Be("The instruction at 0x400000 is not known.");
        explanation.Advice[0].Should().StartWith("Give the handler the guest's memory and the registers of stage 1");
        explanation.Advice.Should().ContainMatch("*one plain load or store each*");
        explanation.Summary.Should().Be("a data abort at PC 0x400000, read at address 0x10000000, guest-physical address 0x9000000; not emulated: the instruction cannot be read");
    }

    [Fact]
    public void Where_a_program_counter_leads_nowhere_it_is_said()
    {
        var guest = new TestGuest();
        guest.Registers.Pc = 0x1230_0000;
        guest.Handler.Handle(TestGuest.Exit(TestGuest.ReadEsr, Device)).Reason.Should().Be(ExitReason.InstructionNotFetched);

        ExitExplanation.Of(guest.Handler).GuestAction[0].Should().Be("The instruction at 0x12300000 is not known.");
    }

    [Fact]
    public void An_exit_with_a_valid_syndrome_is_a_plain_access()
    {
        var guest = new TestGuest();
        guest.Handle(0x93820007, Device + 0x10).Status.Should().Be(ExitStatus.Completed);

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.Cause.Should().Be(ExitCause.PlainAccess);
        explanation.WhyNoSyndrome.Should().BeEmpty();
        explanation.Summary.Should().Be("a load of 4 bytes to w2 at address 0x10000010, guest-physical address 0x9000010; completed");
        explanation.GuestAction.Should().StartWith("The syndrome describes a load of 4 bytes to w2.");
    }

    [Fact]
    public void A_banked_register_in_the_syndrome_is_the_register_that_the_instruction_names()
    {
        // ldr sp, [r2], of any mode of a 32-bit guest: X13 in User mode, X19 in Supervisor mode. X18 is the latter's lr.
        InstructionDecoder.Decode(InstructionSet.A32, 0xE592D000, default, out var access).Should().Be(DecodeStatus.MemoryAccess);
        Differences(DataAbortSyndrome.FromEsr(0x938D0007)).Should().BeEmpty();
        Differences(DataAbortSyndrome.FromEsr(0x93930007)).Should().BeEmpty();
        Differences(DataAbortSyndrome.FromEsr(0x93920007)).Should().Equal("The register differs: lr_svc in the syndrome, sp in the instruction.");
        Differences(DataAbortSyndrome.FromHsr(0x938D0007)).Should().BeEmpty();
        Differences(DataAbortSyndrome.FromHsr(0x938E0007)).Should().Equal("The register differs: lr in the syndrome, sp in the instruction.");

        var guest = new TestGuest(aarch32: true);
        guest.Handle(0x93930007, Device + 0x10).Status.Should().Be(ExitStatus.Completed);
        ExitExplanation.Of(guest.Handler).Differences.Should().BeEmpty();

        System.Collections.Generic.IReadOnlyList<string> Differences(DataAbortSyndrome syndrome) =>
            ExitExplanation.Of(new DataAbortExit(syndrome, Device, default), DecodeStatus.MemoryAccess, access).Differences;
    }

    [Theory]
    [InlineData(0x93E00007)] // sign extension of eight bytes
    [InlineData(0x93A20007)] // of four to a W register
    [InlineData(0x93A20047)] // of a store
    [InlineData(0x9382003F)] // with a fault status code that has no valid syndrome
    public void Whatever_a_syndrome_says_is_explained(uint value)
    {
        var guest = new TestGuest();
        foreach (var syndrome in new[] { DataAbortSyndrome.FromEsr(value), DataAbortSyndrome.FromHsr(value) })
        {
            guest.Handler.Handle(new DataAbortExit(syndrome, Device + 0x10, IntermediatePhysicalAddress.FromAddress(TestGuest.DeviceIpa + 0x10)));
            ExitExplanation.Of(guest.Handler).ToString().Should().NotBeEmpty();
        }
    }

    [Fact]
    public void A_word_that_changed_while_it_was_read_is_told_as_it_was()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device + 0x10);
        var reads = 0;
        guest.Memory.BeforeAccess = () =>
        {
            // Three descriptors and the word, twice.
            if (++reads == 8)
            {
                guest.With(0xD503201F);
            }
        };
        guest.Handle(TestGuest.WriteEsr, Device + 0x10).Reason.Should().Be(ExitReason.InstructionNotFetched);
        guest.Memory.BeforeAccess = null;

        var explanation = ExitExplanation.Of(guest.Handler);

        explanation.GuestAction.Should().Contain("The instruction at 0x400000 is stp x0, x1, [x2]: it writes 2 times 8 bytes.");
        explanation.Access.Kind.Should().Be(AccessKind.Store);
        explanation.Differences.Should().BeEmpty();
    }

    [Fact]
    public void What_the_guest_takes_the_address_for_does_not_depend_on_who_may_access_it()
    {
        var guest = new TestGuest().With(0xB8404841).X(2, Device); // ldtr w1, [x2, #4]
        guest.Tables.Map(Device, TestGuest.DeviceIpa, GuestTables.Device | GuestTables.UnprivilegedAccess);
        guest.Registers.PState |= 1 << 22; // PAN
        guest.Handle(TestGuest.ReadEsr, Device + 4).Status.Should().Be(ExitStatus.Completed);

        ExitExplanation.Of(guest.Handler).MemoryView.Should().Be(GuestMemoryView.Device);
    }

    /// <summary>One instruction for each reason that the architecture has for an empty syndrome, with what usually lies behind it.</summary>
    [Theory]
    [InlineData(NoSyndromeReasons.Pair, InstructionSet.A64, 0x29438440u, ExitCause.MergedAccess)] // ldp w0, w1, [x2, #28]
    [InlineData(NoSyndromeReasons.Writeback, InstructionSet.A64, 0xB8004548u, ExitCause.MergedAccess)] // str w8, [x10], #4
    [InlineData(NoSyndromeReasons.MultipleRegisters, InstructionSet.A32, 0xE8920003u, ExitCause.BulkAccess)] // ldm r2, {r0, r1}
    [InlineData(NoSyndromeReasons.SimdAndFloatingPoint, InstructionSet.A64, 0x3D800020u, ExitCause.BulkAccess)] // str q0, [x1]
    [InlineData(NoSyndromeReasons.Sve, InstructionSet.A64, 0xA400A000u, ExitCause.BulkAccess)] // ld1b {z0.b}, p0/z, [x0]
    [InlineData(NoSyndromeReasons.Sme, InstructionSet.A64, 0xE1000000u, ExitCause.BulkAccess)] // ldr za[w12, 0], [x0]
    [InlineData(NoSyndromeReasons.Exclusive, InstructionSet.A64, 0x885F7C20u, ExitCause.AtomicOnDevice)] // ldxr w0, [x1]
    [InlineData(NoSyndromeReasons.Atomic, InstructionSet.A64, 0xB8210002u, ExitCause.AtomicOnDevice)] // ldadd w1, w2, [x0]
    [InlineData(NoSyndromeReasons.ZeroBlock, InstructionSet.A64, 0xD50B7421u, ExitCause.BulkAccess)] // dc zva, x1
    [InlineData(NoSyndromeReasons.Tag, InstructionSet.A64, 0xD9200820u, ExitCause.TagsOnDevice)] // stg x0, [x1]
    [InlineData(NoSyndromeReasons.MemoryCopyOrSet, InstructionSet.A64, 0x1D010440u, ExitCause.BulkAccess)] // cpyp [x0]!, [x1]!, x2!
    [InlineData(NoSyndromeReasons.GuardedControlStack, InstructionSet.A64, 0xD50B7700u, ExitCause.StackOnDevice)] // gcspushm x0
    [InlineData(NoSyndromeReasons.ProgramCounter, InstructionSet.A32, 0xE591F000u, ExitCause.CodeOnDevice)] // ldr pc, [r1]
    [InlineData(NoSyndromeReasons.NotListed, InstructionSet.A32, 0xED915E00u, ExitCause.Unknown)] // ldc p14, c5, [r1]
    [InlineData(NoSyndromeReasons.None, InstructionSet.A64, 0xB9400020u, ExitCause.SyndromeWithheld)] // ldr w0, [x1]
    public void Every_reason_for_an_empty_syndrome_is_a_sentence_with_a_cause(NoSyndromeReasons reason, InstructionSet set, uint opcode, ExitCause cause)
    {
        DecodeStatus decoded = InstructionDecoder.Decode(set, opcode, ItState.None, out AccessDescriptor access);
        (access.NoSyndromeReasons & reason).Should().Be(reason, "of {0}", access);

        var explanation = ExitExplanation.Of(TestGuest.Exit(access.IsWrite ? TestGuest.WriteEsr : TestGuest.ReadEsr, Device), decoded, access);

        explanation.WhyNoSyndrome.Should().HaveCountGreaterThanOrEqualTo(1).And.OnlyHaveUniqueItems();
        explanation.Cause.Should().Be(cause);
        if (reason != NoSyndromeReasons.None)
        {
            explanation.WhyNoSyndrome.Should().Contain(NoSyndromeSentences.For(reason).Single());
        }
    }

    [Fact]
    public void No_reason_has_been_forgotten() =>
        Enum.GetValues<NoSyndromeReasons>().Where(reason => reason != NoSyndromeReasons.None)
            .Select(reason => NoSyndromeSentences.For(reason).Single()).Should().OnlyHaveUniqueItems();

    /// <summary>One syndrome for each class of data abort.</summary>
    [Theory]
    [InlineData(DataAbortClass.NotDataAbort, 0x82000007, ExitCause.NoAccess)]
    [InlineData(DataAbortClass.TranslationTableWalk, 0x92000087, ExitCause.PageTableOnDevice)]
    [InlineData(DataAbortClass.CacheMaintenance, 0x92000147, ExitCause.CacheMaintenanceOnDevice)]
    [InlineData(DataAbortClass.GuardedControlStack, 0x100_92000007, ExitCause.StackOnDevice)]
    [InlineData(DataAbortClass.NestedVirtualization, 0x92002007, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.ExternalAbort, 0x92000010, ExitCause.MemorySystemError)]
    [InlineData(DataAbortClass.ExternalAbortOnWalk, 0x92000016, ExitCause.MemorySystemError)]
    [InlineData(DataAbortClass.Alignment, 0x92000021, ExitCause.GuestMistake)]
    [InlineData(DataAbortClass.TagCheck, 0x92000051, ExitCause.GuestMistake)]
    [InlineData(DataAbortClass.UnsupportedExclusiveOrAtomic, 0x92000035, ExitCause.AtomicOnDevice)]
    [InlineData(DataAbortClass.UnsupportedAtomicHardwareUpdate, 0x92000031, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.DirtyStateTracking, 0x800_92000007, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.AddressSize, 0x92000000, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.GranuleProtection, 0x92000028, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.TlbConflict, 0x92000030, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.Lockdown, 0x92000034, ExitCause.HypervisorState)]
    [InlineData(DataAbortClass.Other, 0x92000011, ExitCause.NoAccess)]
    [InlineData(DataAbortClass.Reserved, 0x92000036, ExitCause.NoAccess)]
    [InlineData(DataAbortClass.Stage1Translation, 0x96000007, ExitCause.WrongPointer)]
    [InlineData(DataAbortClass.InstructionAccess, 0x92000007, ExitCause.Unknown)]
    public void Every_class_of_abort_has_its_explanation(DataAbortClass abortClass, ulong esr, ExitCause cause)
    {
        // An asynchronous abort has a status code in AArch32 only.
        DataAbortSyndrome syndrome = abortClass == DataAbortClass.Other ? DataAbortSyndrome.FromHsr((uint)esr) : DataAbortSyndrome.FromEsr(esr);
        var exit = new DataAbortExit(syndrome, Device, default);
        exit.Syndrome.Class.Should().Be(abortClass);

        var explanation = ExitExplanation.Of(exit);

        explanation.Cause.Should().Be(cause);
        explanation.UsualCause.Should().NotBeEmpty();
        explanation.Advice.Should().NotBeEmpty();
        explanation.WhyNoSyndrome.Count.Should().Be(abortClass == DataAbortClass.NotDataAbort ? 0 : 1);
        explanation.Summary.Should().NotStartWith(abortClass.ToString()).And.MatchRegex("^an? |^cache ");
        explanation.ToString().Should().Contain("What usually lies behind it\n").And.Contain("What to do\n");
        explanation.Agrees.Should().BeNull();
    }

    [Fact]
    public void Every_cause_and_every_reason_has_words_of_its_own()
    {
        ExitCause[] causes = Enum.GetValues<ExitCause>();
        causes.Select(CauseSentences.Usual).Should().OnlyHaveUniqueItems();
        causes.Where(cause => CauseSentences.Act(cause) is null).Should().OnlyContain(cause => CauseSentences.Change(cause).Count != 0);
        causes.SelectMany(CauseSentences.Change).Should().OnlyHaveUniqueItems();
        Enum.GetValues<ExitReason>().Select(OutcomeSentences.For).Should().OnlyHaveUniqueItems();
    }

    /// <summary>The texts are for readers who have never seen the manual: its abbreviations only where a reader looks for them.</summary>
    [Fact]
    public void Texts_need_no_knowledge_of_the_manual()
    {
        string[] abbreviations = ["ISV", "WnR", "DFSC", "S1PTW", "SRT", "SAS", "VNCR", "CM", "FnV", "IPA", "HPFAR", "FnP"];
        IEnumerable<string> texts = Enum.GetValues<ExitCause>().SelectMany(cause => CauseSentences.Change(cause).Append(CauseSentences.Usual(cause)).Append(CauseSentences.Act(cause) ?? ""))
            .Concat(Enum.GetValues<ExitReason>().Select(OutcomeSentences.For))
            .Concat(Enum.GetValues<NoSyndromeReasons>().SelectMany(NoSyndromeSentences.For));

        texts.Where(text => text.Split(' ', '.', ',', ':', ';', '(', ')').Intersect(abbreviations).Any()).Should().BeEmpty();
    }

    private static ExitExplanation Explain(uint opcode, ulong esr, Action<TestGuest>? change = null)
    {
        var guest = new TestGuest().With(opcode).X(2, Device + 0x10);
        change?.Invoke(guest);
        guest.Handle(esr, Device + 0x10);
        return ExitExplanation.Of(guest.Handler);
    }
}
