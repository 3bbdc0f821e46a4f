using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>AArch64.UnalignedAccessFaults: what FEAT_LSE2 relaxes, and for which memory.</summary>
public class MemoryTypeTests
{
    private static readonly EmulationOptions s_normal = new()
    {
        Memory = AccessedMemory.Normal,
        LargeSystemExtensions2 = true,
        Exclusives = ExclusivePolicy.AlwaysSucceed,
        Atomics = AtomicPolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
    };

    [Theory]
    [InlineData(0x88DFFC40u, "ldar w0, [x2]")]
    [InlineData(0x889FFC40u, "stlr w0, [x2]")]
    [InlineData(0xB8BFC040u, "ldapr w0, [x2]")]
    [InlineData(0x99000040u, "stlur w0, [x2]")]
    [InlineData(0x99400040u, "ldapur w0, [x2]")]
    [InlineData(0x885F7C40u, "ldxr w0, [x2]")]
    [InlineData(0xB8200040u, "ldadd w0, w0, [x2]")]
    [InlineData(0x88A07C41u, "cas w0, w1, [x2]")]
    public void Within_sixteen_bytes_only_with_LSE2_and_on_Normal_memory(uint opcode, string text)
    {
        Execute(opcode, text, 0x1002, s_normal).Should().Be(EmulationStatus.Completed);
        Execute(opcode, text, 0x100C, s_normal).Should().Be(EmulationStatus.Completed);
        Execute(opcode, text, 0x100D, s_normal).Should().Be(EmulationStatus.Fault, "it leaves the sixteen bytes");
        Execute(opcode, text, 0x1002, s_normal with { LargeSystemExtensions2 = false }).Should().Be(EmulationStatus.Fault);
        Execute(opcode, text, 0x1002, s_normal with { Memory = AccessedMemory.Device }).Should().Be(EmulationStatus.Fault);
        Execute(opcode, text, 0x1002, s_normal with { Unaligned = UnalignedPolicy.Fault }).Should().Be(EmulationStatus.Fault, "SCTLR_EL1.A");
        Execute(opcode, text, 0x1004, new EmulationOptions { Exclusives = ExclusivePolicy.AlwaysSucceed, Atomics = AtomicPolicy.Perform })
            .Should().Be(EmulationStatus.Completed, "aligned is aligned");
    }

    [Theory]
    [InlineData(0x88DFFC40u, "ldar w0, [x2]", true)]
    [InlineData(0xB8BFC040u, "ldapr w0, [x2]", true)]
    [InlineData(0x885F7C40u, "ldxr w0, [x2]", false)]
    [InlineData(0xB8E00040u, "ldaddal w0, w0, [x2]", false)]
    public void Anywhere_with_nAA_but_no_atomic(uint opcode, string text, bool allowed) =>
        Execute(opcode, text, 0x100D, s_normal with { NonAlignedAccess = true }).Should().Be(allowed ? EmulationStatus.Completed : EmulationStatus.Fault);

    [Fact]
    public void Pairs_count_whole()
    {
        Execute(0xC87F0C40, "ldxp x0, x3, [x2]", 0x1000, s_normal).Should().Be(EmulationStatus.Completed);
        Execute(0xC87F0C40, "ldxp x0, x3, [x2]", 0x1008, s_normal).Should().Be(EmulationStatus.Fault);
        Execute(0x887F0C40, "ldxp w0, w3, [x2]", 0x1004, s_normal).Should().Be(EmulationStatus.Completed);
        Execute(0x887F0C40, "ldxp w0, w3, [x2]", 0x100C, s_normal).Should().Be(EmulationStatus.Fault);
    }

    [Fact]
    public void Sixty_four_bytes_are_always_aligned() =>
        Execute(0xF83FD044, "ld64b x4, [x2]", 0x1008, s_normal).Should().Be(EmulationStatus.Fault);

    private static EmulationStatus Execute(uint opcode, string text, ulong address, in EmulationOptions options)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);
        access.ToString().Should().Be(text);
        var registers = new GuestRegisters();
        registers.SetX(2, address);
        var plan = new AccessPlan();
        EmulationStatus status = plan.Execute(access, registers, new Anything(), options);
        if (status == EmulationStatus.Fault)
        {
            (plan.Fault.StatusCode, plan.Fault.Address).Should().Be((FaultStatusCode.Alignment, address));
        }

        return status;
    }

    private sealed class Anything : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            value = 0;
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value) => BusStatus.Success;
    }
}
