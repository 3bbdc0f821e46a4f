using System;
using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tests.Tooling.Scalable;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// The emulation of SVE and SME equals QEMU's, for every encoding of the table, at every vector length, in both byte orders, and
/// with a fault at every element; where QEMU is wrong (<see cref="ScalableJudge"/>), the operation text's.
/// </summary>
public sealed class ScalableDifferentialTests(ITestOutputHelper output)
{
    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Vectors_equal_qemu(bool bigEndian)
    {
        var report = Compare(ScalablePlan.Random(x => !x.IsOfMatrix, s_full ? 85 : 4, seed: 70, bigEndian));

        report.CaseCount.Should().BeGreaterThan(s_full ? 30_000 : 1_000);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_matrix_and_multi_vectors_equal_qemu(bool bigEndian)
    {
        var report = Compare(ScalablePlan.Random(x => x.IsOfMatrix, s_full ? 60 : 5, seed: 71, bigEndian)
            .Concat(ScalablePlan.Random(x => x.UsesZa, s_full ? 160 : 20, seed: 72, bigEndian)));

        report.CaseCount.Should().BeGreaterThan(s_full ? 10_000 : 800);
    }

    [SkippableTheory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64, true)]
    [InlineData(128, true)]
    [InlineData(256, true)]
    public void A_fault_at_every_element_equals_qemu(int vectorLength, bool onlyInFull = false)
    {
        var cases = ScalablePlan.EveryElement(vectorLength, seed: 73);
        Compare(onlyInFull && !s_full ? cases.Where((_, i) => i % 97 == 0) : cases);
    }

    [SkippableFact]
    public void Every_mode_equals_qemu() => Compare(ScalablePlan.EveryMode(16, seed: 74).Concat(ScalablePlan.EveryMode(32, seed: 75)));

    private ScalableReport Compare(IEnumerable<ScalableCase> cases)
    {
        var report = new ScalableReport();
        var machine = new EmulatedMachine();
        foreach (var batch in cases.Chunk(4096))
        {
            var asked = batch.Where(x => ScalableJudge.CanAsk(x, QemuVersion.Fetched)).ToArray();
            var results = asked.Zip(QemuUser.Execute([.. asked.Select(x => x.Case)], QemuVersion.Fetched)).ToDictionary(x => x.First, x => x.Second);
            foreach (var c in batch)
            {
                var model = ScalableModel.Execute(c);
                var differences = ScalableJudge.Check(c, results.GetValueOrDefault(c), model, Execute(machine, c), out var expected);
                report.Add(c, expected.Outcome, differences);
            }
        }

        output.WriteLine(report.ToString());
        report.ThrowOnMismatch();
        return report;
    }

    private static MachineState? Execute(EmulatedMachine machine, ScalableCase c)
    {
        try
        {
            return machine.Execute(c.Case);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
