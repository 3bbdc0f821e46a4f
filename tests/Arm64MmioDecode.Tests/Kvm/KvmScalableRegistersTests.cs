using System;
using System.Linq;
using System.Runtime.Versioning;
using Arm64MmioDecode.Kvm;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

[SupportedOSPlatform("linux")]
public sealed class KvmScalableRegistersTests
{
    [Theory]
    [InlineData(0b1, 0xF, 16)]
    [InlineData(0b1011, 0xF, 64)]
    [InlineData(0b1011, 3, 64)]
    [InlineData(0b1011, 2, 32)]
    [InlineData(0b1011, 1, 32)]
    [InlineData(0b1011, 0, 16)]
    [InlineData(0b1000_0000_1000_1011, 0xF, 256)]
    [InlineData(0b1000_0000_1000_1011, 0xE, 128)]
    public void The_vector_length_is_the_longest_supported_one_that_the_guest_allows(ulong supported, ulong zcr, int expected)
    {
        FakeVirtualCpu cpu = CpuWithSve();
        cpu[KvmRegisterId.SveVectorLengths] = supported;
        cpu[KvmRegisterId.ZcrEl1] = zcr;

        new KvmScalableRegisters(cpu).VectorLength.Should().Be(expected);
    }

    [Fact]
    public void Each_register_is_one_system_call_and_only_what_was_written_goes_back()
    {
        FakeVirtualCpu cpu = CpuWithSve();
        cpu[KvmRegisterId.SveVectorLengths] = 0b11;
        cpu[KvmRegisterId.ZcrEl1] = 1;
        cpu.Bytes(KvmRegisterId.Z(3)).Fill(0x33);
        cpu.Bytes(KvmRegisterId.P(2)).Fill(0x22);
        var registers = new KvmScalableRegisters(cpu);
        int length = registers.VectorLength;
        cpu.StartCounting();

        var z = new byte[length];
        var p = new byte[length / 8];
        registers.ReadZ(3, z);
        registers.ReadZ(3, z);
        registers.ReadP(2, p);
        cpu.Gets.Should().Be(2);
        z.Should().OnlyContain(x => x == 0x33).And.HaveCount(32);
        p.Should().OnlyContain(x => x == 0x22).And.HaveCount(4);

        registers.WriteZ(4, Enumerable.Repeat((byte)0x44, length).ToArray());
        registers.WriteFfr([1, 2, 3, 4]);
        cpu.Sets.Should().Be(0);
        registers.Cache.Commit();
        cpu.Sets.Should().Be(2);
        cpu.Gets.Should().Be(2);
        cpu.Bytes(KvmRegisterId.Z(4))[..length].ToArray().Should().OnlyContain(x => x == 0x44);
        cpu.Bytes(KvmRegisterId.Z(4))[length..].ToArray().Should().OnlyContain(x => x == 0);
        cpu.Bytes(KvmRegisterId.FirstFault)[..4].ToArray().Should().Equal(1, 2, 3, 4);
    }

    [Fact]
    public void A_cpu_without_sve_has_no_scalable_registers()
    {
        KvmGuestRegisters.Of(new FakeVirtualCpu()).Should().BeOfType<KvmGuestRegisters>();
        KvmGuestRegisters.Of(CpuWithSve()).Should().BeOfType<KvmScalableRegisters>();
        FluentActions.Invoking(() => new KvmScalableRegisters(new FakeVirtualCpu())).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_guest_of_kvm_has_no_matrix()
    {
        var registers = new KvmScalableRegisters(CpuWithSve());

        registers.IsStreaming.Should().BeFalse();
        registers.IsZaEnabled.Should().BeFalse();
        registers.StreamingVectorLength.Should().Be(0);
    }

    private static FakeVirtualCpu CpuWithSve() => new(KvmVcpuFeatures.Sve);
}
