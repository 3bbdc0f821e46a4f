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

    [Theory]
    [InlineData(0x2005C5ul, 4, 0x8004ul, 0x1C5ul)] // A64
    [InlineData(0x1D3ul, 4, 0x8004ul, 0x1D3ul)] // A32
    [InlineData(0x1F3ul, 2, 0x8002ul, 0x1F3ul)] // T32, a 16-bit instruction
    [InlineData(0x1F3ul, 4, 0x8004ul, 0x1F3ul)] // T32, a 32-bit one
    [InlineData(0x06001CF3ul, 2, 0x8002ul, 0x04001CF3ul)] // T32 in an IT block
    public void Any_instruction_is_stepped_over_by_its_length(ulong pstate, int length, ulong pc, ulong after)
    {
        var registers = new GuestRegisters { Pc = 0x8000, PState = pstate };

        registers.SkipInstruction(length);

        (registers.Pc, registers.PState).Should().Be((pc, after));
    }

    [Theory]
    [InlineData(0x3C5ul, 2)]
    [InlineData(0x1D3ul, 2)]
    [InlineData(0x1F3ul, 3)]
    [InlineData(0x1F3ul, 0)]
    public void A_length_that_the_instruction_set_does_not_have_is_refused(ulong pstate, int length)
    {
        var registers = new GuestRegisters { Pc = 0x8000, PState = pstate };

        FluentActions.Invoking(() => registers.SkipInstruction(length)).Should().Throw<ArgumentOutOfRangeException>();

        registers.Pc.Should().Be(0x8000);
    }
}
