using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>What exception entry takes from registers that only some CPUs have, and all 64 bits of PSTATE.</summary>
[SupportedOSPlatform("linux")]
public sealed class KvmExceptionTests
{
    private const uint LdrPostIndex = 0xb8404440; // ldr w0, [x2], #4
    private const ulong El1h = 0x3c5;
    private const ulong Vectors = 0x5000_0000;

    [Theory]
    [InlineData(0, 0x200)]
    [InlineData(1 << 5, 0x380)] // EASE: to the SError vector
    public void An_external_abort_goes_where_sctlr2_says(ulong sctlr2, ulong vector)
    {
        KvmGuest guest = Refusing(cpu => cpu[KvmRegisterId.IdAa64Mmfr3El1] = 1 << 4);
        guest.Cpu[KvmRegisterId.Sctlr2El1] = sctlr2;

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.FaultDelivered);

        guest.Cpu[KvmRegisterId.Pc].Should().Be(Vectors + vector);
    }

    [Fact]
    public void A_cpu_without_sctlr2_is_not_asked_for_it()
    {
        KvmGuest guest = Refusing(_ => { });
        guest.Cpu[KvmRegisterId.Sctlr2El1] = 1 << 5;
        guest.Exit(isWrite: false);
        guest.Cpu[KvmRegisterId.Pc].Should().Be(Vectors + 0x200);
    }

    [Fact]
    public void Exception_entry_locks_exception_return_where_gcscr_says()
    {
        const ulong ExceptionLock = 1ul << 34;
        KvmGuest guest = Refusing(cpu => cpu[KvmRegisterId.IdAa64Pfr1El1] = 1ul << 44);
        guest.Cpu[KvmRegisterId.GcscrEl1] = 1 << 6;

        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.FaultDelivered);

        (guest.Cpu[KvmRegisterId.PState] & ExceptionLock).Should().Be(ExceptionLock);
    }

    [Theory]
    [InlineData(0x3c9, 1ul << 34, 2)] // EL2h, HCR_EL2.E2H
    [InlineData(0x3c0, (1ul << 34) | (1ul << 27), 2)] // EL0 of a host: TGE
    [InlineData(0x3c5, (1ul << 31) | (1ul << 37), 2)] // EL1, External aborts routed by TEA
    [InlineData(0x3c5, 1ul << 31, 1)]
    public void A_guests_own_el2_takes_what_is_its(ulong pstate, ulong hcr, int level)
    {
        KvmGuest guest = new KvmGuest(features: KvmVcpuFeatures.HasEl2).With(LdrPostIndex);
        guest.Cpu[KvmRegisterId.PState] = pstate;
        guest.Cpu[KvmRegisterId.System(3, 4, 1, 1, 0)] = hcr;
        guest.Cpu[KvmRegisterId.VbarEl1] = Vectors;
        guest.Cpu[KvmRegisterId.System(3, 4, 12, 0, 0)] = 2 * Vectors;
        var registers = new KvmGuestRegisters(guest.Cpu);

        KvmExceptions.Take(registers, EmulationFault.DataAbort(FaultStatusCode.SynchronousExternalAbort, KvmGuest.Device, isWrite: false));
        registers.Cache.Commit();

        (guest.Cpu[KvmRegisterId.Pc] & ~0xffful).Should().Be(Vectors * (ulong)level);
        guest.Cpu[level == 2 ? KvmRegisterId.System(3, 4, 4, 0, 1) : KvmRegisterId.ElrEl1].Should().Be(KvmGuest.Pc);
        guest.Cpu[level == 2 ? KvmRegisterId.System(3, 4, 4, 0, 0) : KvmRegisterId.SpsrEl1].Should().Be(pstate);
        guest.Cpu[level == 2 ? KvmRegisterId.System(3, 4, 6, 0, 0) : KvmRegisterId.FarEl1].Should().Be(KvmGuest.Device);
        guest.Cpu[level == 2 ? KvmRegisterId.EsrEl1 : KvmRegisterId.System(3, 4, 5, 2, 0)].Should().Be(0);
    }

    [Fact]
    public void No_bit_of_pstate_is_lost()
    {
        const ulong PState = 0x5_0000_03c5;
        KvmGuest guest = new KvmGuest().With(LdrPostIndex);
        guest.Cpu[KvmRegisterId.PState] = PState;
        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.Completed);
        guest.Cpu[KvmRegisterId.PState].Should().Be(PState);

        guest = Refusing(_ => { });
        guest.Cpu[KvmRegisterId.PState] = PState;
        guest.Exit(isWrite: false).Should().Be(KvmExitOutcome.FaultDelivered);
        guest.Cpu[KvmRegisterId.SpsrEl1].Should().Be(PState);
    }

    [Theory]
    [InlineData(true, 1 << 16, true)]
    [InlineData(true, 0, false)]
    [InlineData(false, 1 << 16, false)] // of a guest whose EL1 is AArch64 it says nothing
    public void Ttbcr2_disables_hierarchical_permissions_where_id_mmfr4_says(bool aarch32, ulong idMmfr4, bool expected)
    {
        var cpu = new FakeVirtualCpu(aarch32 ? KvmVcpuFeatures.El1AArch32 : KvmVcpuFeatures.None) { [KvmRegisterId.IdMmfr4El1] = idMmfr4 };
        var registers = new KvmGuestRegisters(cpu);
        registers.ReadRegisters(0).Capabilities.Features.HasFlag(Stage1Features.AArch32HierarchicalPermissionDisables).Should().Be(expected);
    }

    [Theory]
    [InlineData(KvmExitReason.ArmNisv, 28)]
    [InlineData(KvmExitReason.DirtyRingFull, 31)]
    [InlineData(KvmExitReason.MemoryFault, 39)]
    [InlineData(KvmExitReason.ArmSea, 41)]
    [InlineData(KvmExitReason.ArmLdst64B, 42)]
    public void Exits_have_linuxs_numbers(KvmExitReason reason, int number) => ((int)reason).Should().Be(number);

    private static KvmGuest Refusing(System.Action<FakeVirtualCpu> identify)
    {
        KvmGuest guest = new KvmGuest(identify: identify).With(LdrPostIndex);
        guest.Cpu[KvmRegisterId.PState] = El1h;
        guest.Cpu[KvmRegisterId.VbarEl1] = Vectors;
        guest.Devices.Refuses = _ => true;
        return guest;
    }
}
