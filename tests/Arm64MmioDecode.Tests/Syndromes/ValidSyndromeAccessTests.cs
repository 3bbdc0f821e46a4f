using System;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

public sealed class ValidSyndromeAccessTests
{
    [Theory]
    // ldr w3, [..]; strh w18, [..]; ldrsb x0, [..]; ldrsb w0, [..]; ldrsw x1, [..]; str xzr, [..]; ldar x2, [..]; stlrb w9, [..]
    [InlineData(0x93830006, 4, false, 3, false, false, false)]
    [InlineData(0x93520046, 2, false, 18, false, false, true)]
    [InlineData(0x93208006, 1, true, 0, true, false, false)]
    [InlineData(0x93200006, 1, true, 0, false, false, false)]
    [InlineData(0x93A18006, 4, true, 1, true, false, false)]
    [InlineData(0x93DF8046, 8, false, 31, true, false, true)]
    [InlineData(0x93C2C006, 8, false, 2, true, true, false)]
    [InlineData(0x93094046, 1, false, 9, false, true, true)]
    public void A_syndrome_with_ISV_describes_an_access_and_the_access_the_syndrome(
        uint esr, int size, bool signExtend, int register, bool sixtyFour, bool acquireRelease, bool write)
    {
        ValidSyndromeAccess.TryParse(DataAbortSyndrome.FromEsr(esr), out var access).Should().BeTrue();
        access.Size.Should().Be(size);
        access.SignExtend.Should().Be(signExtend);
        access.Register.Should().Be(register);
        access.SixtyFour.Should().Be(sixtyFour);
        access.AcquireRelease.Should().Be(acquireRelease);
        access.IsWrite.Should().Be(write);

        var built = new ValidSyndromeAccess(size, signExtend, register, sixtyFour, acquireRelease, write);
        built.Should().Be(access);
        (0x92000006 | built.ToIss()).Should().Be(esr);
    }

    [Theory]
    [InlineData(0x92000046)] // ISV = 0
    [InlineData(0x57000000)] // not a data abort, whatever bit 24 is
    [InlineData(0x93C09046)] // ST64B: ISV = 1, SAS = 3, but eight registers
    [InlineData(0x93C08846)] // ST64BV
    [InlineData(0x93C09846)] // ST64BV0
    public void No_access_is_taken_from_a_syndrome_that_describes_none(uint esr)
    {
        ValidSyndromeAccess.TryParse(DataAbortSyndrome.FromEsr(esr), out var access).Should().BeFalse();
        access.Should().Be(default(ValidSyndromeAccess));
    }

    [Fact]
    public void HSR_bits_that_AArch32_does_not_have_are_not_taken_over()
    {
        ValidSyndromeAccess.TryParse(DataAbortSyndrome.FromHsr(0x93938006), out var access).Should().BeTrue();
        (access.Register, access.SixtyFour, access.Size).Should().Be((3, false, 4));
    }

    [Theory]
    [InlineData(3, false, 0, false, false)]
    [InlineData(16, false, 0, false, false)]
    [InlineData(4, false, 32, false, false)]
    [InlineData(4, false, -1, false, false)]
    [InlineData(8, true, 0, true, false)]
    [InlineData(4, true, 0, false, false)]
    [InlineData(1, true, 0, true, true)]
    public void An_access_that_no_instruction_makes_is_the_callers_mistake(
        int size, bool signExtend, int register, bool sixtyFour, bool write)
    {
        var build = () => new ValidSyndromeAccess(size, signExtend, register, sixtyFour, acquireRelease: false, write);
        build.Should().Throw<ArgumentException>();
    }
}
