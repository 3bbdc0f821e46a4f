using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tooling.Cases;

/// <summary>That the generators test what they mean to test: that QEMU executes most cases and faults in enough.</summary>
public sealed class CaseGeneratorTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A64_loads_and_stores_mostly_complete_and_sometimes_fault(bool bigEndian)
    {
        var cases = A64LoadStoreCases.Generate(2_000, seed: 1, bigEndian).ToList();

        var share = OutcomeShares(cases);

        share[Outcome.Completed].Should().BeInRange(0.7, 0.9);
        share[Outcome.TranslationFault].Should().BeInRange(0.05, 0.2);
        share[Outcome.PermissionFault].Should().BeGreaterThan(0.01);
        share[Outcome.AlignmentFault].Should().BeGreaterThan(0.005);
        share.Keys.Should().NotContain([Outcome.Undefined, Outcome.Stuck]);
    }

    [SkippableTheory]
    [InlineData(Isa.A32)]
    [InlineData(Isa.T32)]
    public void AArch32_cases_reach_every_encoding_mostly_complete_and_sometimes_fault(Isa isa)
    {
        var cases = AArch32Cases.Generate(isa, 3_000, seed: 1).ToList();

        var share = OutcomeShares(cases);

        share[Outcome.Completed].Should().BeInRange(0.7, 0.95);
        share[Outcome.TranslationFault].Should().BeInRange(0.03, 0.2);
        share[Outcome.PermissionFault].Should().BeGreaterThan(0.01);
        share[Outcome.AlignmentFault].Should().BeGreaterThan(0.005);
        share.Keys.Should().NotContain([Outcome.Undefined, Outcome.Stuck]);
        cases.Select(c => c.Name).Distinct().Should().BeEquivalentTo(AArch32Cases.Encodings(isa));
    }

    private static Dictionary<Outcome, double> OutcomeShares(List<DifferentialCase> cases) =>
        QemuUser.Execute(cases).GroupBy(x => x.Outcome).ToDictionary(x => x.Key, x => (double)x.Count() / cases.Count);
}
