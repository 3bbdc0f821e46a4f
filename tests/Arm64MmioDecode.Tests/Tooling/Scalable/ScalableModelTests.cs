using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>The model of the manual's operation text equals QEMU, both of them, wherever QEMU is right.</summary>
public sealed class ScalableModelTests(ITestOutputHelper output)
{
    private static readonly bool s_full = Environment.GetEnvironmentVariable("MMIODECODE_FULL") == "1";

    [SkippableTheory]
    [InlineData(QemuVersion.Fetched, false)]
    [InlineData(QemuVersion.Fetched, true)]
    [InlineData(QemuVersion.Installed, false)]
    [InlineData(QemuVersion.Installed, true)]
    public void Random_cases_equal_qemu(QemuVersion version, bool bigEndian) => Compare(
        ScalablePlan.Random(
            x => version == QemuVersion.Fetched || x.IsInQemu72, s_full ? 40 : 8, seed: 90, bigEndian, hasSme2: version == QemuVersion.Fetched),
        version);

    [SkippableFact]
    public void Every_mode_equals_qemu() => Compare(ScalablePlan.EveryMode(32, seed: 91), QemuVersion.Fetched);

    [Fact]
    public void Every_encoding_is_understood()
    {
        ScalableForm.All.Should().HaveCountGreaterThan(490);
        ScalableForm.All.Where(x => !x.IsPrefetch).Should().OnlyContain(x => x.File != ScalableFile.Nothing);
    }

    private void Compare(IEnumerable<ScalableCase> cases, QemuVersion version)
    {
        var report = new ScalableReport();
        foreach (var batch in cases.Where(x => ScalableJudge.CanAsk(x, version)).Chunk(4096))
        {
            var results = QemuUser.Execute([.. batch.Select(x => x.Case)], version);
            for (var i = 0; i < batch.Length; i++)
            {
                report.Add(batch[i], results[i].Outcome, ScalableJudge.Check(batch[i], results[i], ScalableModel.Execute(batch[i])));
            }
        }

        output.WriteLine(report.ToString());
        report.ThrowOnMismatch();
    }
}
