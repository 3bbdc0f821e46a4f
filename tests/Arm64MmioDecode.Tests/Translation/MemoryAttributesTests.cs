using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

/// <summary>MAIR_EL1's encodings.</summary>
public sealed class MemoryAttributesTests
{
    [Theory]
    [InlineData(0x00, MemoryType.DeviceNGnRnE, Cacheability.NonCacheable, Cacheability.NonCacheable)]
    [InlineData(0x04, MemoryType.DeviceNGnRE, Cacheability.NonCacheable, Cacheability.NonCacheable)]
    [InlineData(0x08, MemoryType.DeviceNGRE, Cacheability.NonCacheable, Cacheability.NonCacheable)]
    [InlineData(0x0C, MemoryType.DeviceGRE, Cacheability.NonCacheable, Cacheability.NonCacheable)]
    [InlineData(0x01, MemoryType.DeviceNGnRnE, Cacheability.NonCacheable, Cacheability.NonCacheable)] // nXS
    [InlineData(0x0D, MemoryType.DeviceGRE, Cacheability.NonCacheable, Cacheability.NonCacheable)] // nXS
    [InlineData(0x40, MemoryType.Normal, Cacheability.NonCacheable, Cacheability.NonCacheable)] // XS 0
    [InlineData(0xA0, MemoryType.Normal, Cacheability.WriteThrough, Cacheability.WriteThrough)] // XS 0
    [InlineData(0xF0, MemoryType.Normal, Cacheability.WriteBack, Cacheability.WriteBack)] // tagged
    [InlineData(0x44, MemoryType.Normal, Cacheability.NonCacheable, Cacheability.NonCacheable)]
    [InlineData(0x4F, MemoryType.Normal, Cacheability.WriteBack, Cacheability.NonCacheable)]
    [InlineData(0xF4, MemoryType.Normal, Cacheability.NonCacheable, Cacheability.WriteBack)]
    [InlineData(0x11, MemoryType.Normal, Cacheability.WriteThrough, Cacheability.WriteThrough)] // transient
    [InlineData(0x57, MemoryType.Normal, Cacheability.WriteBack, Cacheability.WriteBack)] // transient
    [InlineData(0xBB, MemoryType.Normal, Cacheability.WriteThrough, Cacheability.WriteThrough)]
    [InlineData(0xEE, MemoryType.Normal, Cacheability.WriteBack, Cacheability.WriteBack)]
    public void An_encoding_has_a_type_and_cacheabilities(byte encoding, MemoryType type, Cacheability inner, Cacheability outer)
    {
        MemoryAttributes attributes = Attributes(encoding, sh: 0b11);

        attributes.Encoding.Should().Be(encoding);
        (attributes.Type, attributes.Inner, attributes.Outer).Should().Be((type, inner, outer));
        attributes.IsDevice.Should().Be(type != MemoryType.Normal);
        attributes.IsTagged.Should().Be(encoding == 0xF0);
    }

    [Theory]
    [InlineData(0xFF, 0b00, Shareability.NonShareable)]
    [InlineData(0xFF, 0b01, Shareability.NonShareable)]
    [InlineData(0xFF, 0b10, Shareability.OuterShareable)]
    [InlineData(0xFF, 0b11, Shareability.InnerShareable)]
    [InlineData(0x4F, 0b00, Shareability.NonShareable)]
    [InlineData(0x44, 0b00, Shareability.OuterShareable)]
    [InlineData(0x40, 0b11, Shareability.OuterShareable)]
    [InlineData(0x04, 0b11, Shareability.OuterShareable)]
    public void Device_and_non_cacheable_memory_is_outer_shareable(byte encoding, uint sh, Shareability expected)
    {
        Attributes(encoding, sh).Shareability.Should().Be(expected);
    }

    private static MemoryAttributes Attributes(byte encoding, uint sh)
    {
        var memory = new SparseMemory { [0x4000_0000] = (sh << 8) | AArch64Tables.AF | (7 << 2) | 0b01 };
        var registers = new Stage1Registers { Sctlr = 0x1005, Tcr = 25 | (5ul << 32), Ttbr0 = 0x4000_0000, Mair = (ulong)encoding << 56 };
        return Stage1.Translate(memory, registers, new TranslationRequest(0, TranslationAccess.Read, true)).Attributes;
    }
}
