using System;
using Arm64MmioDecode.Translation;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

public sealed class QemuWalkTests(ITestOutputHelper output)
{
    private static int LayoutCount => Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1" ? 5000 : 300;

    [SkippableTheory]
    [InlineData(Stage1Regime.EL10, 12)]
    [InlineData(Stage1Regime.EL10, 14)]
    [InlineData(Stage1Regime.EL10, 16)]
    [InlineData(Stage1Regime.EL20, 12)]
    [InlineData(Stage1Regime.EL20, 14)]
    [InlineData(Stage1Regime.EL20, 16)]
    [InlineData(Stage1Regime.EL2, 12)]
    [InlineData(Stage1Regime.EL2, 14)]
    [InlineData(Stage1Regime.EL2, 16)]
    public void Random_aarch64_layouts_translate_as_on_qemu(Stage1Regime regime, int granuleBits)
    {
        int seed = ((int)regime * 1_000_000) + (granuleBits * 10_000_000);

        Compare(QemuWalker.AArch64, i => AArch64LayoutGenerator.Generate(regime, granuleBits, seed + i));
    }

    [SkippableFact]
    public void Random_aarch32_long_descriptor_layouts_translate_as_on_qemu() =>
        Compare(QemuWalker.AArch64, AArch32LayoutGenerator.GenerateLong);

    [SkippableFact]
    public void Random_aarch32_short_descriptor_layouts_translate_as_on_qemu() => 
        Compare(QemuWalker.AArch64, i => AArch32LayoutGenerator.GenerateShort(i, domainFaults: false));

    [SkippableFact]
    public void Random_aarch32_short_descriptor_layouts_give_the_short_fault_status_of_qemu() =>
        Compare(QemuWalker.AArch32, i => AArch32LayoutGenerator.GenerateShort(i + 1_000_000, domainFaults: true));

    [SkippableTheory]
    [InlineData(12)]
    [InlineData(14)]
    [InlineData(16)]
    public void Random_stage_2_layouts_under_aarch64_translate_as_on_qemu(int granuleBits) => Compare(
        QemuWalker.AArch64,
        i => Stage2LayoutGenerator.Under(AArch64LayoutGenerator.Generate(Stage1Regime.EL10, 12 + (2 * (i % 3)), 5_000_000 + i), granuleBits, i));

    [SkippableFact]
    public void Random_stage_2_layouts_under_aarch32_long_descriptors_translate_as_on_qemu() =>
        Compare(QemuWalker.AArch64, i => Stage2LayoutGenerator.Under(AArch32LayoutGenerator.GenerateLong(i), 12 + (2 * (i % 3)), i));

    [SkippableFact]
    public void Random_stage_2_layouts_under_aarch32_short_descriptors_translate_as_on_qemu() =>
        Compare(QemuWalker.AArch64, i => Stage2LayoutGenerator.Under(AArch32LayoutGenerator.GenerateShort(i, domainFaults: false), 12 + (2 * (i % 3)), i));

    private void Compare(QemuWalker walker, Func<int, Layout> generate)
    {
        QemuComparison comparison = QemuComparison.Run(walker, LayoutCount, generate);

        output.WriteLine(comparison.ToString());
        comparison.ThrowOnDifference();
        comparison.Compared.Should().BeGreaterThan(LayoutCount * 2);
    }
}
