using System;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Translation;

public sealed class Stage1CapabilitiesTests
{
    [Fact]
    public void The_default_is_armv8_0_with_every_granule_and_48_bits()
    {
        default(Stage1Capabilities).Features.Should().Be(Stage1Features.None);
        default(Stage1Capabilities).PhysicalAddressBits.Should().Be(48);
    }

    // The identification registers of a Cortex-A53: 40 bits, 4KB and 64KB granules, none of the features.
    [Fact]
    public void A_cortex_a53_has_no_16k_granule()
    {
        Stage1Capabilities cpu = Stage1Capabilities.FromIdRegisters(0x1122, 0, 0);

        cpu.Features.Should().Be(Stage1Features.NoGranule16K | Stage1Features.NoStage2Granule16K);
        cpu.PhysicalAddressBits.Should().Be(40);
    }

    [Theory]
    [InlineData(0xF000_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.NoGranule4K | Stage1Features.NoGranule16K | Stage1Features.NoStage2Granule4K | Stage1Features.NoStage2Granule16K)]
    [InlineData(0x1000_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.Lpa2Granule4K | Stage1Features.NoGranule16K | Stage1Features.Stage2Lpa2Granule4K | Stage1Features.NoStage2Granule16K)]
    [InlineData(0x0020_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.Lpa2Granule16K | Stage1Features.Stage2Lpa2Granule16K)]
    [InlineData(0x0F10_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.NoGranule64K | Stage1Features.NoStage2Granule64K)]
    [InlineData(0x0010_0000ul, 0x1ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.HardwareAccessFlag)]
    [InlineData(0x0010_0000ul, 0x2ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.HardwareAccessFlag | Stage1Features.HardwareDirtyState)]
    [InlineData(0x0010_0000ul, 0x3ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.HardwareAccessFlag | Stage1Features.HardwareDirtyState | Stage1Features.HardwareTableAccessFlag)]
    [InlineData(0x0010_0000ul, 0x1000_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.Stage2ExecuteNeverByPrivilege)]
    [InlineData(0x0010_0000ul, 0x100_0000_0000_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.CacheMaintenanceNeedsWrite)]
    [InlineData(0x0010_0000ul, 0ul, 0x100_0000_0000ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.Stage2ForcedWriteBack)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0x1000ul, 0ul, 0ul, 0ul, Stage1Features.Stage2PermissionIndirection)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0x10_0000ul, 0ul, 0ul, 0ul, Stage1Features.Stage2PermissionOverlay)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0ul, 0ul, 0x1_0000_0000_0000ul, 0ul, Stage1Features.TranslationHardening)]
    [InlineData(0x0110_0010_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.NoStage2Granule4K | Stage1Features.NoStage2Granule64K)]
    [InlineData(0x0323_0010_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.Stage2Lpa2Granule4K | Stage1Features.Stage2Lpa2Granule16K)]
    [InlineData(0x0010_0000ul, 0x1000ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.HierarchicalPermissionDisables)]
    [InlineData(0x0010_0000ul, 0x20_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.None)]
    [InlineData(0x0010_0000ul, 0x30_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.EnhancedPan)]
    [InlineData(0x0010_0000ul, 0ul, 0x1_0000ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.LargeVirtualAddress)]
    [InlineData(0x0010_0000ul, 0ul, 0x1000_0000ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.SmallTables)]
    [InlineData(0x0010_0000ul, 0ul, 0x1000_0000_0000_0000ul, 0ul, 0ul, 0ul, 0ul, Stage1Features.E0PD)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0x100ul, 0ul, 0ul, 0ul, Stage1Features.PermissionIndirection)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0x1_0000ul, 0ul, 0ul, 0ul, Stage1Features.PermissionOverlay)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0x100_0000ul, 0ul, 0ul, 0ul, Stage1Features.AttributeIndexExtension)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0x1_0000_0000ul, 0ul, 0ul, 0ul, Stage1Features.Descriptors128)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0ul, 0x1_0000_0000ul, 0ul, 0ul, Stage1Features.NonFaultDisables)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0ul, 0ul, 0x10_0000_0000_0000ul, 0ul, Stage1Features.ExtendedTagChecking)]
    [InlineData(0x0010_0000ul, 0ul, 0ul, 0ul, 0ul, 0ul, 0x1_0000ul, Stage1Features.AArch32HierarchicalPermissionDisables)]
    public void Each_field_of_an_identification_register_brings_its_feature(
        ulong mmfr0, ulong mmfr1, ulong mmfr2, ulong mmfr3, ulong pfr0, ulong pfr1, ulong mmfr4, Stage1Features expected)
    {
        Stage1Capabilities.FromIdRegisters(mmfr0, mmfr1, mmfr2, mmfr3, pfr0, pfr1, mmfr4).Features.Should().Be(expected);
    }

    [Theory]
    [InlineData(0x100_0000ul, 0ul, 0ul, Stage1Features.NonFaultDisables)] // FEAT_TME
    [InlineData(0ul, 0x10ul, 0ul, Stage1Features.PointerAuthentication)]
    [InlineData(0ul, 0x100ul, 0ul, Stage1Features.PointerAuthentication)]
    [InlineData(0ul, 0ul, 0x1000ul, Stage1Features.PointerAuthentication)]
    public void Some_features_are_in_the_instruction_set_attributes(ulong isar0, ulong isar1, ulong isar2, Stage1Features expected)
    {
        Stage1Capabilities.FromIdRegisters(0x0010_0000, 0, 0, idAa64Isar0: isar0, idAa64Isar1: isar1, idAa64Isar2: isar2).Features.Should().Be(expected);
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 36)]
    [InlineData(2, 40)]
    [InlineData(3, 42)]
    [InlineData(4, 44)]
    [InlineData(5, 48)]
    [InlineData(6, 52)]
    [InlineData(7, 52)]
    public void Parange_gives_the_physical_address_size(ulong parange, int bits)
    {
        Stage1Capabilities.FromIdRegisters(parange, 0, 0).PhysicalAddressBits.Should().Be(bits);
    }

    [Fact]
    public void A_size_that_the_architecture_does_not_have_is_refused()
    {
        FluentActions.Invoking(() => new Stage1Capabilities(Stage1Features.None, 47)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
