using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>Cache maintenance that the embedder asked to be told of is stepped over by the library, in every instruction set.</summary>
public sealed class SkipInstructionTests
{
    private const ulong CacheMaintenanceEsr = 0x92000147;

    [Theory]
    [InlineData(0x3C5ul, 0x3C5ul)] // A64
    [InlineData(0x2005C5ul, 0x1C5ul)] // PSTATE.SS and BTYPE
    [InlineData(0x1D3ul, 0x1D3ul)] // A32
    [InlineData(0x1F3ul, 0x1F3ul)] // T32
    [InlineData(0x06001CF3ul, 0x04001CF3ul)] // T32, the first of three in an IT block: ITSTATE 0x1F becomes 0x1E
    [InlineData(0x000008F3ul, 0x000000F3ul)] // T32, the last one
    public void PC_and_PSTATE_move_on_as_if_it_had_completed(ulong pstate, ulong after)
    {
        var registers = new GuestRegisters { Pc = 0x8000, PState = pstate };
        var handler = new ExitHandler(registers, new TestDevices());
        handler.Handle(TestGuest.Exit(CacheMaintenanceEsr, TestGuest.Device)).Action.Should().Be(ExitAction.SkipInstruction);

        handler.SkipInstruction();

        (registers.Pc, registers.PState).Should().Be((0x8004, after));
        handler.Outcome.Status.Should().Be(ExitStatus.Completed);
        FluentActions.Invoking(handler.SkipInstruction).Should().Throw<InvalidOperationException>("it is done");
    }

    [Fact]
    public void Nothing_else_is_skipped()
    {
        var guest = new TestGuest().With(0xB9400041).X(2, TestGuest.Device); // ldr w1, [x2]
        FluentActions.Invoking(guest.Handler.SkipInstruction).Should().Throw<InvalidOperationException>();
        guest.Handle(TestGuest.ReadEsr, TestGuest.Device);
        FluentActions.Invoking(guest.Handler.SkipInstruction).Should().Throw<InvalidOperationException>();
    }
}
