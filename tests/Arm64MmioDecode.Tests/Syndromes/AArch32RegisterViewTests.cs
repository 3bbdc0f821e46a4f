using System;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

public sealed class AArch32RegisterViewTests
{
    [Theory]
    [InlineData(0, 0x10, 0)]
    [InlineData(12, 0x13, 12)]
    [InlineData(13, 0x10, 13)]
    [InlineData(14, 0x1F, 14)]
    [InlineData(13, 0x1A, 15)]
    [InlineData(14, 0x1A, 14)]
    [InlineData(14, 0x12, 16)]
    [InlineData(13, 0x12, 17)]
    [InlineData(14, 0x13, 18)]
    [InlineData(13, 0x13, 19)]
    [InlineData(14, 0x17, 20)]
    [InlineData(13, 0x17, 21)]
    [InlineData(14, 0x1B, 22)]
    [InlineData(13, 0x1B, 23)]
    [InlineData(7, 0x11, 7)]
    [InlineData(8, 0x11, 24)]
    [InlineData(12, 0x11, 28)]
    [InlineData(13, 0x11, 29)]
    [InlineData(14, 0x11, 30)]
    public void A_banked_register_lies_where_the_manual_puts_it(int register, int mode, int x)
    {
        AArch32RegisterView.ToAArch64(register, mode).Should().Be(x);
        AArch32RegisterView.TryFromAArch64(x, mode, out var back).Should().BeTrue();
        back.Should().Be(register);
    }

    [Fact]
    public void Register_31_stands_for_R15_and_R15_has_no_view()
    {
        AArch32RegisterView.TryFromAArch64(31, 0x13, out var register).Should().BeTrue();
        register.Should().Be(15);
        AArch32RegisterView.TryFromAArch64(20, 0x13, out _).Should().BeFalse("LR_abt is not a register of Supervisor mode");
        var r15 = () => AArch32RegisterView.ToAArch64(15, 0x13);
        r15.Should().Throw<ArgumentException>();
    }
}
