using System;
using System.Linq;
using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>KVM_EXIT_ARM_LDST64B: esr_iss is ESR_EL2 without DFSC.</summary>
[SupportedOSPlatform("linux")]
public sealed class SixtyFourByteExitTests
{
    private const ulong St64b = 0x93C41040; // st64b x4, [x2] (f83f9044)
    private const ulong Ld64b = 0x93C41000; // ld64b x4, [x2]
    private const ulong St64bv = 0x3_93C40840; // st64bv x3, x4, [x2]
    private const ulong St64bv0 = 0x3_93C41840; // st64bv0 x3, x4, [x2]

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_store_is_one_transaction_that_needs_no_opcode(bool translation)
    {
        KvmGuest guest = new(translation: translation);
        SetData(guest);

        guest.Handler.Handle(new KvmArmNisvExit(St64b, KvmGuest.Device)).Should().Be(KvmExitOutcome.Completed);

        guest.Devices.Log.Should().Equal("write 9000000 64 = " + Convert.ToHexString([.. Enumerable.Range(0, 64).Select(i => (byte)i)]));
        guest.Memory.Reads.Should().BeEmpty();
        guest.Cpu[KvmRegisterId.Pc].Should().Be(KvmGuest.Pc + 4);
        guest.Cpu[KvmRegisterId.X(2)].Should().Be(KvmGuest.Device);
    }

    [Fact]
    public void A_load_fills_eight_registers()
    {
        KvmGuest guest = new();

        guest.Handler.Handle(new KvmArmNisvExit(Ld64b, KvmGuest.Device + 0x40)).Should().Be(KvmExitOutcome.Completed);

        guest.Devices.Log.Should().Equal("read 9000040 64");
        guest.Cpu[KvmRegisterId.X(4)].Should().Be(0x4746454443424140);
        guest.Cpu[KvmRegisterId.X(11)].Should().Be(0x7f7e7d7c7b7a7978);
    }

    [Fact]
    public void The_devices_status_goes_to_xs()
    {
        KvmGuest guest = new();
        guest.Handler.Handle(new KvmArmNisvExit(St64bv, KvmGuest.Device)).Should().Be(KvmExitOutcome.Completed);
        guest.Cpu[KvmRegisterId.X(3)].Should().Be(0x5a);
    }

    [Fact]
    public void The_low_word_of_st64bv0_is_accdata()
    {
        KvmGuest guest = new();
        SetData(guest);
        guest.Cpu[KvmRegisterId.IdAa64Isar1El1] = 3ul << 60;
        guest.Cpu[KvmRegisterId.AccdataEl1] = 0xAABBCCDD;

        guest.Handler.Handle(new KvmArmNisvExit(St64bv0, KvmGuest.Device)).Should().Be(KvmExitOutcome.Completed);

        guest.Devices.Log.Single().Should().StartWith("write 9000000 64 = DDCCBBAA04050607");
        guest.Cpu[KvmRegisterId.X(3)].Should().Be(0x5a);
    }

    [Fact]
    public void The_policy_is_this_exits_own()
    {
        KvmGuest guest = new();
        guest.Handler.SixtyFourBytes = SixtyFourBytePolicy.Split;
        guest.Handler.Handle(new KvmArmNisvExit(Ld64b, KvmGuest.Device)).Should().Be(KvmExitOutcome.Completed);
        guest.Devices.Log.Should().HaveCount(8);

        guest.Handler.SixtyFourBytes = SixtyFourBytePolicy.Fault;
        guest.Handler.Handle(new KvmArmNisvExit(Ld64b, KvmGuest.Device)).Should().Be(KvmExitOutcome.FaultDelivered);
        (guest.Cpu[KvmRegisterId.EsrEl1] & 0x3f).Should().Be(0x35);
    }

    [Fact]
    public void A_device_that_refuses_changes_nothing_but_the_exception()
    {
        KvmGuest guest = new();
        guest.Devices.Refuses = _ => true;
        guest.Handler.Handle(new KvmArmNisvExit(St64bv, KvmGuest.Device)).Should().Be(KvmExitOutcome.FaultDelivered);
        guest.Cpu[KvmRegisterId.X(3)].Should().Be(0);
        (guest.Cpu[KvmRegisterId.EsrEl1] & 0x3f).Should().Be(0x10);
    }

    [Fact]
    public void No_syndrome_makes_it_throw()
    {
        var random = new Random(7);
        KvmGuest guest = new();
        for (int i = 0; i < 100_000; i++)
        {
            ulong syndrome = (ulong)random.NextInt64() | (1 << 24);
            guest.Handler.Handle(new KvmArmNisvExit(syndrome, KvmGuest.Device + (ulong)random.Next(0x2000)));
            guest.Cpu[KvmRegisterId.Pc] = KvmGuest.Pc;
            guest.Cpu[KvmRegisterId.PState] = 0x3c5;
            guest.Devices.Log.Clear();
        }
    }

    private static void SetData(KvmGuest guest)
    {
        for (int i = 0; i < 8; i++)
        {
            guest.Cpu[KvmRegisterId.X(4 + i)] = 0x0706050403020100 + ((ulong)i * 0x0808080808080808);
        }
    }
}
