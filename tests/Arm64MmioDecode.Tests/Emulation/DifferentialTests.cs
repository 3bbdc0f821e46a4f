using System;
using System.Linq;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tests.Tooling.Cases;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>The emulation equals QEMU's, for random registers and memory.</summary>
public sealed class DifferentialTests
{
    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loads_and_stores_equal_qemu(bool bigEndian)
    {
        var cases = A64LoadStoreCases.Generate(s_full ? 50_000 : 2_000, seed: 20, bigEndian).Where(c => !IsUnalignedLdapr(c));

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Structures_equal_qemu(bool bigEndian)
    {
        var cases = A64SpecialCases.Structures(s_full ? 20_000 : 1_000, seed: 21, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Atomics_and_lone_exclusives_equal_qemu(bool bigEndian)
    {
        var cases = A64SpecialCases.Atomics(s_full ? 20_000 : 1_000, seed: 22, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sequences_of_exclusives_equal_qemu(bool bigEndian)
    {
        var cases = A64SpecialCases.ExclusiveSequences(s_full ? 5_000 : 200, seed: 23, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Allocation_tags_equal_qemu(bool bigEndian)
    {
        var cases = A64SpecialCases.Tags(s_full ? 10_000 : 500, seed: 24, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine { ReportsAddressTags = true }).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Block_zeroing_and_cache_maintenance_equal_qemu(bool bigEndian)
    {
        var cases = A64SpecialCases.Blocks(s_full ? 5_000 : 300, seed: 25, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Overlapping_registers_behave_as_on_qemu(bool bigEndian)
    {
        var cases = A64SpecialCases.Overlaps(s_full ? 5_000 : 300, seed: 26, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    [SkippableTheory]
    [InlineData(Isa.A32, false)]
    [InlineData(Isa.A32, true)]
    [InlineData(Isa.T32, false)]
    [InlineData(Isa.T32, true)]
    public void AArch32_loads_and_stores_equal_qemu(Isa isa, bool bigEndian)
    {
        var cases = AArch32Cases.Generate(isa, s_full ? 40_000 : 2_000, seed: 32, bigEndian);

        DifferentialRun.Compare(cases, new EmulatedMachine()).ThrowOnMismatch();
    }

    /// <summary>QEMU 7.2 does not check the alignment of LDAPR, which the manual requires (section B2.9.2).</summary>
    private static bool IsUnalignedLdapr(DifferentialCase c)
    {
        var word = c.Words[0];
        if ((word & 0x3FFFFC00) != 0x38BFC000)
        {
            return false;
        }

        var number = (int)(word >> 5) & 31;
        var address = number == 31 ? c.Initial.Sp : c.Initial.X[number];
        return (address & ((1UL << (int)(word >> 30)) - 1)) != 0;
    }
}
