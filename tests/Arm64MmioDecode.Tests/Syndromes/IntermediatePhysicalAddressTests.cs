using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

public sealed class IntermediatePhysicalAddressTests
{
    [Theory]
    [InlineData(0x92000006, 0x90000, 0xFFFF800010001118, 0x9000118)] // the page from HPFAR, the offset from FAR
    [InlineData(0x92000006, 0xFFFFFFFFF0, 0x0, 0xFFFFFFFFF000)] // 48 bits
    [InlineData(0x92000006, 0xFFFFFFFFFF0, 0xFFF, 0xFFFFFFFFFFFFF)] // 52 bits (FEAT_LPA)
    [InlineData(0x92000006, 0xFFFFFFFFFFF0, 0xFFF, 0xFFFFFFFFFFFFFF)] // 56 bits (FEAT_D128)
    [InlineData(0x92000006, 0x7FFF00000009000F, 0x004, 0x9000004)] // reserved bits are not part of the address
    [InlineData(0x93830006, 0x90010, 0xABC, 0x9001ABC)] // ISV makes no difference
    [InlineData(0x9200000B, 0x90010, 0xABC, 0x9001ABC)] // access flag fault
    public void HPFAR_gives_the_page_and_FAR_the_offset(uint esr, ulong hpfar, ulong far, ulong expected)
    {
        var ipa = IntermediatePhysicalAddress.FromHpfar(DataAbortSyndrome.FromEsr(esr), hpfar, far);
        ipa.Precision.Should().Be(IpaPrecision.Byte);
        ipa.Value.Should().Be(expected);
        ipa.NonSecureSpace.Should().BeFalse();
    }

    [Theory]
    [InlineData(0x920000C7)] // S1PTW: the page of the translation table
    [InlineData(0x920000CF)] // S1PTW, permission fault
    [InlineData(0x92008006)] // FnP: FAR is not precise
    public void Where_FAR_says_nothing_about_the_offset_only_the_page_is_known(uint esr)
    {
        var ipa = IntermediatePhysicalAddress.FromHpfar(DataAbortSyndrome.FromEsr(esr), 0x90000, 0xABC);
        ipa.Precision.Should().Be(IpaPrecision.Page);
        ipa.Value.Should().Be(0x9000000);
    }

    [Theory]
    [InlineData(0x9200000F)] // permission fault: HPFAR is UNKNOWN
    [InlineData(0x92000010)] // External abort
    [InlineData(0x92000021)] // alignment
    [InlineData(0x92000035)] // unsupported exclusive
    [InlineData(0x82000006)] // not a data abort
    public void Without_a_valid_HPFAR_there_is_no_address(uint esr)
    {
        var ipa = IntermediatePhysicalAddress.FromHpfar(DataAbortSyndrome.FromEsr(esr), 0x90000, 0xABC);
        ipa.Should().Be(default(IntermediatePhysicalAddress));
        ipa.Precision.Should().Be(IpaPrecision.None);
        ipa.ToString().Should().Be("unknown");
    }

    [Fact]
    public void The_NS_bit_is_the_address_space_not_the_address()
    {
        var ipa = IntermediatePhysicalAddress.FromHpfar(
            DataAbortSyndrome.FromEsr(0x92000006), 0x8000000000090000, 0x10);
        ipa.Value.Should().Be(0x9000010);
        ipa.NonSecureSpace.Should().BeTrue();
    }

    [Fact]
    public void AArch32s_HPFAR_holds_40_bits()
    {
        var ipa = IntermediatePhysicalAddress.FromHpfar(
            DataAbortSyndrome.FromHsr(0x92000006), 0x8000000FFFFFFFF4, 0x80000FFC);
        ipa.Value.Should().Be(0xFFFFFFFFFC);
        ipa.NonSecureSpace.Should().BeFalse();
    }
}
