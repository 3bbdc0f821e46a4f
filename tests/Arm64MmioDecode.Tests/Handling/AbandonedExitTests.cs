using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>Exits during which the vCPU becomes another, and interfaces that call back.</summary>
public sealed class AbandonedExitTests
{
    private const ulong Device = TestGuest.Device;
    private const ulong ResetVector = 0xDEAD_0000;
    private const uint StorePost = 0xF8008440; // str x0, [x2], #8
    private const uint StorePair = 0xA9000440; // stp x0, x1, [x2]
    private const uint LoadPairPost = 0xA8C10440; // ldp x0, x1, [x2], #16

    [Fact]
    public void A_device_that_resets_the_vCPU_is_not_undone()
    {
        var guest = new TestGuest().With(StorePost).X(2, Device);
        guest.Devices.BeforeAccess = () => guest.Registers.Pc = ResetVector;
        guest.Handle(TestGuest.WriteEsr, Device).Status.Should().Be(ExitStatus.Abandoned);
        guest.Registers.Pc.Should().Be(ResetVector);
        guest.Registers.GetX(2).Should().Be(Device);
    }

    [Fact]
    public void A_valid_syndrome_is_abandoned_likewise()
    {
        var guest = new TestGuest();
        guest.Devices.BeforeAccess = () => guest.Registers.Pc = ResetVector;
        guest.Handle(0x93820007, Device).Status.Should().Be(ExitStatus.Abandoned); // ldr w2
        guest.Registers.Pc.Should().Be(ResetVector);
        guest.Registers.GetX(2).Should().Be(0);
    }

    [Fact]
    public void A_reset_to_the_same_address_is_told()
    {
        var guest = new TestGuest().With(StorePair).X(2, Device);
        guest.Devices.BeforeAccess = () => guest.Handler.Abandon();
        var outcome = guest.Handle(TestGuest.WriteEsr, Device);
        outcome.Status.Should().Be(ExitStatus.Abandoned);
        outcome.ReenterGuest.Should().BeTrue();
        guest.Devices.Log.Should().HaveCount(1, "no further transaction follows");
        guest.Registers.Pc.Should().Be(TestGuest.Pc);

        guest.Devices.BeforeAccess = null;
        guest.Handle(TestGuest.WriteEsr, Device).Status.Should().Be(ExitStatus.Completed, "the next exit is another");
    }

    [Theory]
    [InlineData(StorePost, 0x92000047ul)]
    [InlineData(0xF8408440u, 0x92000007ul)] // ldr x0, [x2], #8
    [InlineData(0u, 0x93C08007ul)] // a valid syndrome: ldr x0
    [InlineData(0xADC00440u, 0x92000007ul)] // ldp q0, q1, [x2, #0]!
    public void The_last_transaction_can_abandon_it(uint opcode, ulong esr)
    {
        var guest = new TestGuest().With(opcode).X(2, Device).X(0, 0x1234);
        guest.Devices.BeforeAccess = () =>
        {
            if (opcode != 0xADC00440 || guest.Devices.Count == 3)
            {
                guest.Handler.Abandon();
            }
        };
        guest.Handle(esr, Device).Status.Should().Be(ExitStatus.Abandoned);
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
        guest.Registers.GetX(2).Should().Be(Device);
        guest.Registers.GetX(0).Should().Be(0x1234);
        guest.Registers.GetV(0, out var low, out _);
        low.Should().Be(0);
    }

    [Fact]
    public void A_memory_copy_commits_no_progress_then()
    {
        var guest = new TestGuest().With(0x19410440); // cpyfm [x0]!, [x1]!, x2!
        guest.X(0, TestGuest.Data + 0x100).X(1, Device + 0x100).X(2, unchecked((ulong)-64));
        guest.Devices.BeforeAccess = () => guest.Handler.Abandon();
        guest.Handle(TestGuest.ReadEsr, Device + 0xC0).Status.Should().Be(ExitStatus.Abandoned);
        guest.Registers.GetX(2).Should().Be(unchecked((ulong)-64));
    }

    [Fact]
    public void Between_the_steps_a_new_PC_is_noticed_and_a_commit_changes_nothing()
    {
        var guest = new TestGuest().With(LoadPairPost).X(2, Device);
        guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device)).Status.Should().Be(ExitStatus.Pending);
        while (guest.Handler.TryGetNext(out _))
        {
            guest.Handler.Complete(0x1234);
        }

        guest.Registers.Pc = 0x80000000;
        guest.X(2, 0);
        guest.Handler.Commit().Status.Should().Be(ExitStatus.Abandoned);
        (guest.Registers.Pc, guest.Registers.GetX(0), guest.Registers.GetX(2)).Should().Be((0x80000000ul, 0ul, 0ul));
    }

    [Fact]
    public void Between_the_steps_an_exit_can_be_abandoned()
    {
        var guest = new TestGuest().With(LoadPairPost).X(2, Device);
        guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device));
        guest.Handler.Invoking(handler => handler.Commit()).Should().Throw<InvalidOperationException>();
        guest.Handler.TryGetNext(out _).Should().BeTrue("a commit that came too early ends nothing");
        guest.Handler.Abandon();
        guest.Handler.TryGetNext(out _).Should().BeFalse();
        guest.Handler.Commit().Status.Should().Be(ExitStatus.Abandoned);
        guest.Registers.Pc.Should().Be(TestGuest.Pc);
        guest.Handler.Invoking(handler => handler.Complete()).Should().Throw<InvalidOperationException>();

        guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);
        guest.Handler.Abandon();
        guest.Handler.Outcome.Status.Should().Be(ExitStatus.Completed, "there was nothing in progress");
    }

    [Fact]
    public void A_device_cannot_call_back_into_the_handler()
    {
        var guest = new TestGuest().With(LoadPairPost).X(2, Device);
        var refused = 0;
        guest.Devices.BeforeAccess = () =>
        {
            foreach (var call in new Action[]
            {
                () => guest.Handle(TestGuest.ReadEsr, Device),
                () => guest.Handler.Begin(TestGuest.Exit(TestGuest.ReadEsr, Device)),
                () => guest.Handler.TryGetNext(out _),
                () => guest.Handler.Complete(),
                () => guest.Handler.Complete(new byte[8]),
                () => guest.Handler.Fail(BusStatus.ExternalAbort),
                () => guest.Handler.CopyData(new byte[64]),
                () => guest.Handler.Commit(),
            })
            {
                call.Should().Throw<InvalidOperationException>().WithMessage("*called it back*");
                refused++;
            }
        };
        guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);
        refused.Should().Be(16);
        guest.Registers.GetX(0).Should().Be(TestDevices.ValueAt(TestGuest.DeviceIpa, 8));
        guest.Registers.GetX(1).Should().Be(TestDevices.ValueAt(TestGuest.DeviceIpa + 8, 8));
        guest.Registers.Pc.Should().Be(TestGuest.Pc + 4);
    }

    [Fact]
    public void Neither_can_memory()
    {
        var guest = new TestGuest().With(LoadPairPost).X(2, Device);
        guest.Memory.BeforeAccess = () => guest.Handler.Invoking(handler => handler.Handle(default)).Should().Throw<InvalidOperationException>();
        guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);
    }

    [Fact]
    public void After_an_exception_of_a_device_the_exit_is_over()
    {
        var guest = new TestGuest().With(LoadPairPost).X(2, Device);
        guest.Devices.BeforeAccess = () => throw new NotSupportedException();
        guest.Invoking(g => g.Handle(TestGuest.ReadEsr, Device)).Should().Throw<NotSupportedException>();
        guest.Handler.Outcome.Status.Should().Be(ExitStatus.Abandoned);
        guest.Handler.TryGetNext(out _).Should().BeFalse();
        guest.Devices.BeforeAccess = null;
        guest.Handle(TestGuest.ReadEsr, Device).Status.Should().Be(ExitStatus.Completed);
    }
}
