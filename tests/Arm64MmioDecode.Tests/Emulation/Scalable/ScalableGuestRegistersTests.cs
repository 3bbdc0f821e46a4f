using System;
using System.Linq;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Scalable;

/// <summary>SVE and SME registers in plain memory.</summary>
public sealed class ScalableGuestRegistersTests
{
    [Fact]
    public void V_registers_are_the_low_bytes_of_Z_registers_and_writing_them_clears_the_rest()
    {
        var registers = new ScalableGuestRegisters(vectorLength: 32);
        registers.WriteZ(7, Enumerable.Range(1, 32).Select(x => (byte)x).ToArray());

        registers.GetV(7, out ulong low, out ulong high);
        registers.SetV(7, low + 1, high);

        var z = new byte[32];
        registers.ReadZ(7, z);
        z.Should().Equal(new byte[] { 2 }.Concat(Enumerable.Range(2, 15).Select(x => (byte)x)).Concat(new byte[16]));
    }

    [Fact]
    public void The_vector_length_is_the_streaming_one_in_streaming_mode()
    {
        var registers = new ScalableGuestRegisters(vectorLength: 32, streamingVectorLength: 64);

        registers.VectorLength.Should().Be(32);
        registers.IsStreaming = true;
        registers.VectorLength.Should().Be(64);
    }

    [Theory]
    [InlineData(8, 0)]
    [InlineData(512, 0)]
    [InlineData(24, 0)]
    [InlineData(16, 8)]
    public void Lengths_that_no_processor_has_are_refused(int vectorLength, int streamingVectorLength)
    {
        Action create = () => _ = new ScalableGuestRegisters(vectorLength, streamingVectorLength);
        create.Should().Throw<ArgumentOutOfRangeException>();
    }
}
