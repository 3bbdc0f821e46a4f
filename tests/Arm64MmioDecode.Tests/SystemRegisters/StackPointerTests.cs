using Arm64MmioDecode.SystemRegisters;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.SystemRegisters;

/// <summary>Arm ARM, "Stack pointer register selection": SP_EL0 with PSTATE.SP = 0, SP_ELx with 1.</summary>
public sealed class StackPointerTests
{
    [Theory]
    [InlineData(0x3C0ul, SystemRegisterId.SpEl0)] // EL0t
    [InlineData(0x3C4ul, SystemRegisterId.SpEl0)] // EL1t
    [InlineData(0x3C5ul, SystemRegisterId.SpEl1)] // EL1h
    [InlineData(0x3C8ul, SystemRegisterId.SpEl0)] // EL2t
    [InlineData(0x3C9ul, SystemRegisterId.SpEl2)] // EL2h
    [InlineData(0x1D3ul, SystemRegisterId.SpEl0)] // AArch32 Supervisor mode
    [InlineData(0x1DFul, SystemRegisterId.SpEl0)] // AArch32 System mode
    public void It_follows_PSTATE(ulong pstate, SystemRegisterId expected) => StackPointer.Of(pstate).Should().Be(expected);
}
