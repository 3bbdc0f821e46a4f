using System;
using System.Runtime.Versioning;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Tests.Handling;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>What the guest's privileged software forbids with registers that only newer processors have stays forbidden.</summary>
[SupportedOSPlatform("linux")]
public sealed class KvmTranslationTests
{
    private const uint StorePair = 0xa9000440; // stp x0, x1, [x2]
    private const uint LoadPair = 0xa9400440; // ldp x0, x1, [x2]
    private const uint StorePairAtSp = 0xa90007e0; // stp x0, x1, [sp]
    private const ulong El0 = 0x3c0;
    private const ulong El2h = 0x3c9;
    private const ulong Tcrx = 1;
    private const ulong S1Pie = 1ul << 8;
    private const ulong S1Poe = 1ul << 16;
    private const ulong NextPage = KvmGuest.Device + 0x1000;
    private const ulong Ram = 0x4100_0000;
    private const ulong RamOfTheHypervisor = 0x8100_0000;
    private const ulong Secret = 0x1111_2222_3333_4444;

    [Fact]
    public void A_page_that_pir_makes_read_only_is_not_written()
    {
        // _PAGE_GCS of Linux: UXN, DBM and AP[1] are index 0xB, which PIRE0 makes a shadow stack.
        KvmGuest guest = UserGuest(S1Pie, GuestTables.Normal | GuestTables.Valid | GuestTables.AccessFlag | GuestTables.UnprivilegedAccess | GuestTables.Uxn | (1ul << 51));
        guest.Cpu[KvmRegisterId.Tcr2El1] = 1 << 1;
        guest.Cpu[KvmRegisterId.Pire0El1] = 0x3 | (0x5ul << 4) | (0x9ul << 44);

        Straddle(guest).Should().Be(KvmExitOutcome.FaultDelivered);

        guest.Cpu[KvmRegisterId.FarEl1].Should().Be(NextPage);
        (guest.Cpu[KvmRegisterId.EsrEl1] & 0x3F).Should().Be(0b001111, "a Permission fault at level 3");
        Untouched(guest, Ram);
    }

    [Fact]
    public void A_page_whose_protection_key_allows_no_write_is_not_written()
    {
        const ulong Key1 = 1ul << 60;
        KvmGuest guest = UserGuest(S1Poe, GuestTables.Normal | GuestTables.Valid | GuestTables.AccessFlag | GuestTables.UnprivilegedAccess | GuestTables.Uxn | Key1);
        guest.Cpu[KvmRegisterId.Tcr2El1] = 1 << 2;
        guest.Cpu[KvmRegisterId.PorEl0] = 0x17;

        Straddle(guest).Should().Be(KvmExitOutcome.FaultDelivered);

        Untouched(guest, Ram);
    }

    [Fact]
    public void With_the_key_that_allows_it_the_same_page_is_written()
    {
        const ulong Key1 = 1ul << 60;
        KvmGuest guest = UserGuest(S1Poe, GuestTables.Normal | GuestTables.Valid | GuestTables.AccessFlag | GuestTables.UnprivilegedAccess | GuestTables.Uxn | Key1);
        guest.Cpu[KvmRegisterId.Tcr2El1] = 1 << 2;
        guest.Cpu[KvmRegisterId.PorEl0] = 0x77;

        Straddle(guest).Should().Be(KvmExitOutcome.Completed);

        guest.Memory.Load(Ram, 8).Should().Equal(BitConverter.GetBytes(Secret));
    }

    [Fact]
    public void Code_that_only_pir_makes_executable_is_fetched()
    {
        var guest = new KvmGuest(translation: true, identify: cpu => cpu[KvmRegisterId.IdAa64Mmfr3El1] = Tcrx | S1Pie).With(LoadPair);
        guest.Tables!.Map(KvmGuest.Pc, KvmGuest.Pc, GuestTables.Code | GuestTables.Pxn | GuestTables.Uxn);
        guest.Cpu[KvmRegisterId.Tcr2El1] = 1 << 1;
        guest.Cpu[KvmRegisterId.PirEl1] = 0xAul << 48;

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Completed);
    }

    [Fact]
    public void A_guest_of_a_guest_does_not_write_what_stage_2_keeps_from_it()
    {
        KvmGuest guest = Nested(RamOfTheHypervisor);

        Straddle(guest).Should().Be(KvmExitOutcome.NotEmulated);

        guest.Handler.Outcome.Reason.Should().Be(ExitReason.TranslationNotSupported);
        Untouched(guest, RamOfTheHypervisor);
    }

    [Fact]
    public void A_guest_of_a_guest_reaches_what_stage_2_gives_it()
    {
        KvmGuest guest = Nested(Ram);

        Straddle(guest).Should().Be(KvmExitOutcome.Completed);

        guest.Memory.Load(Ram, 8).Should().Equal(BitConverter.GetBytes(Secret));
        guest.Devices.Log.Should().HaveCount(1);
    }

    [Fact]
    public void A_guest_hypervisor_has_the_stack_and_the_translation_of_el2()
    {
        var guest = new KvmGuest(features: KvmVcpuFeatures.HasEl2).With(StorePairAtSp);
        guest.Cpu[KvmRegisterId.PState] = El2h;
        guest.Cpu[KvmRegisterId.SpEl2] = KvmGuest.Device;
        guest.Cpu[KvmRegisterId.SpEl1] = KvmGuest.Device + 0x100;
        guest.Cpu[KvmRegisterId.SctlrEl1] = 1; // not what counts

        guest.Exit(isWrite: true).Should().Be(KvmExitOutcome.Completed);

        guest.Devices.Log.Should().HaveCount(2);
    }

    [Theory]
    [InlineData(0x3c5ul, 0ul, Stage1Regime.EL10)]
    [InlineData(0x3c0ul, 0ul, Stage1Regime.EL10)]
    [InlineData(0x3c9ul, 0ul, Stage1Regime.EL2)]
    [InlineData(0x3c9ul, 1ul << 34, Stage1Regime.EL20)]
    [InlineData(0x3c9ul, 1ul << 27, Stage1Regime.EL2)]
    [InlineData(0x3c0ul, (1ul << 34) | (1ul << 27), Stage1Regime.EL20)]
    [InlineData(0x3c0ul, 1ul << 27, Stage1Regime.EL10)]
    [InlineData(0x3c5ul, (1ul << 34) | (1ul << 27), Stage1Regime.EL10)]
    public void Hcr_and_the_exception_level_make_the_regime(ulong pstate, ulong hcr, Stage1Regime regime)
    {
        const ulong Rw = 1ul << 31;
        var cpu = new FakeVirtualCpu(KvmVcpuFeatures.HasEl2) { [KvmRegisterId.PState] = pstate, [KvmRegisterId.HcrEl2] = hcr | Rw };

        new KvmGuestRegisters(cpu).ReadRegisters(0).Regime.Should().Be(regime);
    }

    [Fact]
    public void A_guest_hypervisor_enables_tcr2_for_its_guests()
    {
        const ulong Hcx = 1ul << 40;
        const ulong Tcr2En = 1ul << 14;
        var cpu = new FakeVirtualCpu(KvmVcpuFeatures.HasEl2)
        {
            [KvmRegisterId.PState] = 0x3c5,
            [KvmRegisterId.HcrEl2] = 1ul << 31,
            [KvmRegisterId.SctlrEl1] = 1,
            [KvmRegisterId.Tcr2El1] = 2,
            [KvmRegisterId.IdAa64Mmfr1El1] = Hcx,
            [KvmRegisterId.IdAa64Mmfr3El1] = Tcrx,
        };
        new KvmGuestRegisters(cpu).ReadRegisters(0).Tcr2.Should().Be(0);

        cpu[KvmRegisterId.HcrxEl2] = Tcr2En;
        new KvmGuestRegisters(cpu).ReadRegisters(0).Tcr2.Should().Be(2);
    }

    [Fact]
    public void A_register_that_takes_part_and_cannot_be_read_is_not_taken_for_0()
    {
        var cpu = new FakeVirtualCpu
        {
            [KvmRegisterId.SctlrEl1] = 1,
            [KvmRegisterId.TcrEl1] = 25,
            [KvmRegisterId.Tcr2El1] = 2,
            [KvmRegisterId.IdAa64Mmfr3El1] = Tcrx | S1Pie,
        };
        var registers = new KvmGuestRegisters(new Without(cpu, KvmRegisterId.Pire0El1));

        Stage1Registers read = registers.ReadRegisters(0);

        read.IsIncomplete.Should().BeTrue();
        Stage1.Translate(new TestRam(), read, new TranslationRequest(0, TranslationAccess.Read, true)).Fault.Kind.Should().Be(TranslationFaultKind.NotSupported);
    }

    private static KvmGuest UserGuest(ulong feature, ulong nextPage)
    {
        var guest = new KvmGuest(
            translation: true,
            deviceAttributes: GuestTables.AccessFlag | GuestTables.Valid | GuestTables.UnprivilegedAccess,
            identify: cpu => cpu[KvmRegisterId.IdAa64Mmfr3El1] = Tcrx | feature).With(StorePair);
        guest.Tables!.Map(NextPage, Ram, nextPage);
        guest.Memory.Add(Ram);
        guest.Cpu[KvmRegisterId.PState] = El0;
        return guest;
    }

    // An L2 guest at EL1, whose page behind the device is at an address; L1 maps the first two gigabytes to themselves.
    private static KvmGuest Nested(ulong page)
    {
        const ulong Stage2Root = 0x7800_0000;
        const ulong Block = (0xFul << 2) | (3ul << 6) | (1ul << 10) | 1;
        const ulong PhysicalAddressesOf40Bits = 2;
        var guest = new KvmGuest(
            translation: true,
            features: KvmVcpuFeatures.HasEl2,
            identify: cpu => cpu[KvmRegisterId.IdAa64Mmfr0El1] = PhysicalAddressesOf40Bits).With(StorePair);
        guest.Tables!.Map(NextPage, page, GuestTables.Code);
        guest.Memory.Add(page);
        guest.Memory.Store64(Stage2Root, Block);
        guest.Memory.Store64(Stage2Root + 8, 0x4000_0000 | Block);
        guest.Cpu[KvmRegisterId.HcrEl2] = 1 | (1ul << 31);
        guest.Cpu[KvmRegisterId.VtcrEl2] = 25 | (1ul << 6) | (2ul << 16);
        guest.Cpu[KvmRegisterId.VttbrEl2] = Stage2Root;
        return guest;
    }

    private static KvmExitOutcome Straddle(KvmGuest guest)
    {
        guest.Cpu[KvmRegisterId.X(0)] = Secret;
        guest.Cpu[KvmRegisterId.X(1)] = Secret;
        guest.Cpu[KvmRegisterId.X(2)] = NextPage - 8;
        return guest.Handler.Handle(new KvmArmNisvExit(0x46, NextPage - 8));
    }

    private static void Untouched(KvmGuest guest, ulong page)
    {
        guest.Memory.Load(page, 8).Should().AllBeEquivalentTo((byte)0);
        guest.Devices.Log.Should().BeEmpty();
    }

    private sealed class Without(FakeVirtualCpu cpu, KvmRegisterId missing) : IKvmRegisters
    {
        public KvmVcpuFeatures Features => cpu.Features;

        public void GetRegister(KvmRegisterId id, Span<byte> destination)
        {
            if (id == missing)
            {
                throw new KvmException("no such register");
            }

            cpu.GetRegister(id, destination);
        }

        public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source) => cpu.SetRegister(id, source);
    }
}
