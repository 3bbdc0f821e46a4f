using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>SPSR_ELx, "PSTATE" bits 63:32 (PM, PPEND, EXLOCK, PACM …): an instruction that completes leaves them alone.</summary>
public class WidePStateTests
{
    private const ulong Upper = 0x5_0000_0000;

    [Theory]
    [InlineData(0xA9400440, 0x0020_0FC5, 0x0000_03C5, "ldp x0, x1, [x2]")]
    [InlineData(0x19010440, 0xF000_03C5, 0x0000_03C5, "cpyfp [x0]!, [x1]!, x2!")]
    public void A64KeepsBitsAbove31(uint opcode, uint before, uint after, string text)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        access.ToString().Should().Be(text);
        Complete(access, before).Should().Be(Upper | after);
    }

    [Fact]
    public void AArch32KeepsBitsAbove31()
    {
        InstructionDecoder.DecodeT32(0x6810, ItState.ForCondition(14), out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        Complete(access, ItState.ForCondition(14).ToCpsr(0x1F3)).Should().Be(Upper | 0x1F3, "the IT block has ended");
    }

    private static ulong Complete(in AccessDescriptor access, uint state)
    {
        var registers = new GuestRegisters { PState = Upper | state, Pc = 0x40000000 };
        new AccessPlan().Execute(access, registers, new Nothing(), new EmulationOptions()).Should().Be(EmulationStatus.Completed);
        return registers.PState;
    }

    private sealed class Nothing : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }
}
