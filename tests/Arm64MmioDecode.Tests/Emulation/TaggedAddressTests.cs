using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Words behind the first one lie behind the address that the guest computes, and each of them is translated, and loses its tag, by itself (Arm ARM,
/// the Operation of LDP: Mem[] of address and of AddressIncrement(address, dbytes)): where bit 55 changes between them, so does what becomes of the tag.
/// </summary>
public sealed class TaggedAddressTests
{
    private const ulong LastOfLower = 0x5A7F_FFFF_FFFF_FFF8;
    private const ulong LastOfUpper = 0x5AFF_FFFF_FFFF_FFF8;

    [Theory]
    [InlineData(0xA9400440, LastOfLower, "r8@7ffffffffffff8 r8@ff80000000000000")] // ldp x0, x1, [x2]
    [InlineData(0xA9400440, LastOfUpper, "r8@fffffffffffffff8 r8@0")]
    [InlineData(0xA9000440, LastOfLower, "w8@7ffffffffffff8=11 w8@ff80000000000000=22")] // stp x0, x1, [x2]
    [InlineData(0xA9000440, LastOfUpper, "w8@fffffffffffffff8=11 w8@0=22")]
    [InlineData(0x69400440, LastOfLower + 4, "r4@7ffffffffffffc r4@ff80000000000000")] // ldpsw x0, x1, [x2]
    [InlineData(0x2D400440, LastOfLower + 4, "r4@7ffffffffffffc r4@ff80000000000000")] // ldp s0, s1, [x2]
    [InlineData(0x6D000440, LastOfUpper, "w8@fffffffffffffff8=33 w8@0=44")] // stp d0, d1, [x2]
    [InlineData(0xAD000440, LastOfUpper - 8, "w8@fffffffffffffff0=33 w8@fffffffffffffff8=0 w8@0=44 w8@8=0")] // stp q0, q1, [x2]
    [InlineData(0xAC410440, LastOfLower - 40, "r8@7ffffffffffff0 r8@7ffffffffffff8 r8@ff80000000000000 r8@ff80000000000008")] // ldnp q0, q1, [x2, #32]
    [InlineData(0x4C40A040, LastOfUpper - 8, "r8@fffffffffffffff0 r8@fffffffffffffff8 r8@0 r8@8")] // ld1 {v0.16b, v1.16b}, [x2], joined
    public void Each_word_loses_its_tag_by_itself(uint opcode, ulong address, string expected)
    {
        var options = new EmulationOptions { TopByteIgnored = true, JoinElements = (opcode >> 24) == 0x4C };
        var atOnce = Machine(address, options);
        var stepwise = Machine(address, options);

        atOnce.Execute(opcode).Should().Be(EmulationStatus.Completed);
        stepwise.Step(opcode).Should().Be(EmulationStatus.Completed);

        atOnce.Trace.Should().Be(expected);
        stepwise.Trace.Should().Be(expected);
        stepwise.RegisterText().Should().Be(atOnce.RegisterText());
    }

    [Theory]
    [InlineData(0xA9400440)]
    [InlineData(0x6D000440)]
    public void The_fault_of_the_second_word_keeps_the_tag_of_its_own_address(uint opcode)
    {
        var machine = Machine(LastOfLower, new EmulationOptions { TopByteIgnored = true });
        machine.Refused = 1;

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Address.Should().Be(LastOfLower + 8);
    }

    private static A64Machine Machine(ulong address, in EmulationOptions options)
    {
        var machine = new A64Machine { Options = options }.With("x0=11 x1=22 v0=33 v1=44");
        machine.Registers.SetX(2, address);
        return machine;
    }
}
