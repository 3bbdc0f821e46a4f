using System;
using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>Exits that are served in steps, and CPUs that are given another state meanwhile.</summary>
[SupportedOSPlatform("linux")]
public sealed class StepwiseTests
{
    private const uint LdpPostIndex = 0xa8c10440; // ldp x0, x1, [x2], #16
    private const uint StrPostIndex = 0xf8008440; // str x0, [x2], #8
    private const uint Nop = 0xd503201f;

    private static readonly KvmArmNisvExit s_read = new(0x05, KvmGuest.Device);
    private static readonly KvmArmNisvExit s_write = new(0x45, KvmGuest.Device);

    [Fact]
    public void Registers_change_at_the_commit_only()
    {
        KvmGuest guest = new KvmGuest().With(LdpPostIndex);
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        guest.Cpu.StartCounting();

        handler.Begin(s_read).Should().Be(KvmExitOutcome.Pending);
        for (ulong i = 0; i < 2; i++)
        {
            handler.TryGetNext(out BusTransaction transaction).Should().BeTrue();
            (transaction.Operation, transaction.Address, transaction.Size).Should().Be((BusOperation.Read, KvmGuest.Device + (8 * i), 8));
            handler.Complete(0x100 + i);
        }

        handler.TryGetNext(out _).Should().BeFalse();
        guest.Cpu.Sets.Should().Be(0);
        handler.Commit().Should().Be(KvmExitOutcome.Completed);

        (guest.Cpu[KvmRegisterId.X(0)], guest.Cpu[KvmRegisterId.X(1)], guest.Cpu[KvmRegisterId.X(2)]).Should().Be((0x100, 0x101, KvmGuest.Device + 16));
        guest.Cpu[KvmRegisterId.Pc].Should().Be(KvmGuest.Pc + 4);
    }

    [Fact]
    public void What_needs_no_device_ends_at_once()
    {
        KvmGuest guest = new KvmGuest().With(Nop);
        new KvmExitHandler(guest.Cpu, guest.Memory).Begin(s_read).Should().Be(KvmExitOutcome.Retry);
    }

    [Fact]
    public void A_device_that_fails_gives_the_guest_an_abort()
    {
        KvmGuest guest = new KvmGuest().With(LdpPostIndex);
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        handler.Begin(s_read);
        handler.TryGetNext(out _);
        handler.Fail(BusStatus.ExternalAbort);

        handler.TryGetNext(out _).Should().BeFalse();
        handler.Commit().Should().Be(KvmExitOutcome.FaultDelivered);

        guest.Cpu[KvmRegisterId.EsrEl1].Should().Be(0x96000010);
        guest.Cpu[KvmRegisterId.X(2)].Should().Be(KvmGuest.Device);
    }

    [Fact]
    public void A_commit_with_outstanding_transactions_throws_and_the_exit_goes_on()
    {
        KvmGuest guest = new KvmGuest().With(LdpPostIndex);
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        handler.Begin(s_read);
        handler.Invoking(h => h.Commit()).Should().Throw<InvalidOperationException>();
        while (handler.TryGetNext(out _))
        {
            handler.Complete(1);
        }

        handler.Commit().Should().Be(KvmExitOutcome.Completed);
        guest.Cpu[KvmRegisterId.X(1)].Should().Be(1);
    }

    [Fact]
    public void A_handler_without_devices_says_so()
    {
        KvmGuest guest = new();
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        handler.Invoking(h => h.Handle(s_read)).Should().Throw<InvalidOperationException>();
        handler.Invoking(h => h.CompleteRead(0)).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_cpu_that_is_elsewhere_at_the_commit_keeps_its_new_state()
    {
        KvmGuest guest = new KvmGuest().With(LdpPostIndex);
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        handler.Begin(s_read);
        while (handler.TryGetNext(out _))
        {
            handler.Complete(1);
        }

        guest.Cpu[KvmRegisterId.Pc] = 0x8000_0000;
        guest.Cpu[KvmRegisterId.X(2)] = 0;
        handler.Commit().Should().Be(KvmExitOutcome.Abandoned);

        (guest.Cpu[KvmRegisterId.Pc], guest.Cpu[KvmRegisterId.X(0)], guest.Cpu[KvmRegisterId.X(2)]).Should().Be((0x8000_0000, 0, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_resets_the_cpu_is_not_undone(bool refuses)
    {
        KvmGuest guest = new KvmGuest().With(StrPostIndex);
        guest.Devices.BeforeAccess = () => guest.Cpu[KvmRegisterId.Pc] = 0xDEAD_0000;
        guest.Devices.Refuses = _ => refuses;

        guest.Handler.Handle(s_write).Should().Be(KvmExitOutcome.Abandoned);

        (guest.Cpu[KvmRegisterId.Pc], guest.Cpu[KvmRegisterId.X(2)], guest.Cpu.Sets).Should().Be((0xDEAD_0000, KvmGuest.Device, 0));
    }

    [Fact]
    public void A_reset_to_the_same_address_is_said()
    {
        KvmGuest guest = new KvmGuest().With(StrPostIndex);
        guest.Devices.BeforeAccess = () =>
        {
            guest.Cpu[KvmRegisterId.X(2)] = 0;
            guest.Handler.Abandon();
        };

        guest.Handler.Handle(s_write).Should().Be(KvmExitOutcome.Abandoned);
        (guest.Cpu[KvmRegisterId.Pc], guest.Cpu[KvmRegisterId.X(2)]).Should().Be((KvmGuest.Pc, 0));

        guest.Devices.BeforeAccess = null;
        guest.Cpu[KvmRegisterId.X(2)] = KvmGuest.Device;
        guest.Handler.Handle(s_write).Should().Be(KvmExitOutcome.Completed, "an exit is abandoned, not the handler");
    }

    [Fact]
    public void An_abandoned_exit_has_no_more_transactions()
    {
        KvmGuest guest = new KvmGuest().With(LdpPostIndex);
        var handler = new KvmExitHandler(guest.Cpu, guest.Memory);
        handler.Begin(s_read);
        handler.TryGetNext(out _);
        handler.Complete(1);
        handler.Abandon();

        handler.TryGetNext(out _).Should().BeFalse();
        handler.Commit().Should().Be(KvmExitOutcome.Abandoned);
        guest.Cpu.Sets.Should().Be(0);
    }
}
