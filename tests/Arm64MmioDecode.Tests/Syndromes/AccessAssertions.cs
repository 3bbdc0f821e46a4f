using Arm64MmioDecode.Descriptors;
using FluentAssertions;

namespace Arm64MmioDecode.Tests.Syndromes;

internal static class AccessAssertions
{
    /// <summary>A syndrome tells everything of an access but its address and which kind of acquire it is.</summary>
    public static void ShouldDescribeTheTransferOf(in AccessDescriptor described, in AccessDescriptor decoded)
    {
        described.AddressingMode.Should().Be(AddressingMode.Reported);
        Transfer(described).Should().Be(Transfer(decoded), $"of {decoded.Opcode:x8} {decoded}");

        static object Transfer(in AccessDescriptor access) => (
            access.InstructionSet,
            access.Length,
            access.Kind,
            access.Operation,
            access.RegisterFile,
            access.Shape,
            (access.ElementSize, access.ElementCount, access.RegisterCount),
            (access.Extend, access.RegisterWidth, access.Rt),
            access.HasStatusRegister ? access.Rs : 0,
            (access.Properties & (AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release)) != 0,
            access.HasValidSyndrome);
    }
}
