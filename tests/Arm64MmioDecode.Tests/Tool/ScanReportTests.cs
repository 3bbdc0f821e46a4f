using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Arm64MmioDecode.Tests.Scanning;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>The reports of scans for other programs, and the findings that are known.</summary>
public class ScanReportTests
{
    private static readonly string s_sample = Repository.File("docs", "samples", "driver.o");

    [Fact]
    public void Sarif_has_what_code_scanning_asks_for()
    {
        ToolRun run = ToolRun.InProcess("", "scan", s_sample, "--format", "sarif");
        run.ExitCode.Should().Be(0);
        JsonElement document = JsonDocument.Parse(run.Output).RootElement;
        document.GetProperty("version").GetString().Should().Be("2.1.0");
        JsonElement sarif = document.GetProperty("runs").EnumerateArray().Single();
        List<JsonElement> rules = [.. sarif.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray()];
        rules.Select(r => r.GetProperty("id").GetString()).Should().OnlyHaveUniqueItems();
        foreach (JsonElement rule in rules)
        {
            foreach (string text in (string[])["shortDescription", "fullDescription", "help"])
            {
                rule.GetProperty(text).GetProperty("text").GetString().Should().EndWith(".");
            }
        }

        List<JsonElement> results = [.. sarif.GetProperty("results").EnumerateArray()];
        results.Should().HaveCount(ToolRun.InProcess("", "scan", s_sample, "--format", "json").Lines.Count - 1);
        results.Select(Fingerprint).Should().OnlyHaveUniqueItems();
        foreach (JsonElement result in results)
        {
            rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString().Should().Be(result.GetProperty("ruleId").GetString());
            result.GetProperty("level").GetString().Should().BeOneOf("error", "warning", "note");
            result.GetProperty("message").GetProperty("text").GetString().Should().EndWith(".");
            JsonElement location = result.GetProperty("locations").EnumerateArray().Single().GetProperty("physicalLocation");
            Uri.TryCreate(location.GetProperty("artifactLocation").GetProperty("uri").GetString(), UriKind.Relative, out _).Should().BeTrue();
            location.GetProperty("region").GetProperty("startLine").GetInt32().Should().BePositive();
        }
    }

    [SkippableFact]
    public void Fingerprints_and_baselines_survive_another_link()
    {
        using var files = new CompiledFile();
        files.Write("program.c", "void fill(volatile unsigned *p, int n) { for (int i = 0; i < n; i++) *p++ = i; } void _start(void) { fill(0, 1); }");
        files.Run("gcc-aarch64-linux-gnu", "aarch64-linux-gnu-gcc", "-Os", "-c", "program.c");
        files.Run("binutils-aarch64-linux-gnu", "aarch64-linux-gnu-ld", "-Ttext=0x10000", "-o", "program", "program.o");
        string before = ToolRun.InProcess("", "scan", files.Path("program"), "--format", "sarif").Output;
        ToolRun.InProcess("", "scan", files.Path("program"), "--write-baseline", files.Path("known")).ExitCode.Should().Be(0);
        files.Run("binutils-aarch64-linux-gnu", "aarch64-linux-gnu-ld", "-Ttext=0x54320", "-o", "program", "program.o");
        string after = ToolRun.InProcess("", "scan", files.Path("program"), "--format", "sarif").Output;
        after.Should().NotBe(before);
        Fingerprints(after).Should().Equal(Fingerprints(before)).And.NotBeEmpty();
        ToolRun known = ToolRun.InProcess("", "scan", files.Path("program"), "--baseline", files.Path("known"), "--fail-on-findings", "--format", "json");
        known.ExitCode.Should().Be(0);
        JsonElement summary = known.ParseObjects().Single();
        summary.GetProperty("findings").GetInt32().Should().Be(0);
        summary.GetProperty("known").GetInt32().Should().BePositive();
    }

    [SkippableFact]
    public void A_baseline_knows_what_was_linked_again_with_others()
    {
        using var files = new CompiledFile();
        files.Write("old.c", "void fill(volatile unsigned *p, int n) { for (int i = 0; i < n; i++) *p++ = i; } void _start(void) { fill(0, 1); }");
        files.Write("new.c", "void first(volatile unsigned short *p, int n) { for (int i = 0; i < n; i++) *p++ = 7; }");
        files.Run("gcc-aarch64-linux-gnu", "aarch64-linux-gnu-gcc", "-Os", "-c", "old.c", "new.c");
        files.Run("binutils-aarch64-linux-gnu", "aarch64-linux-gnu-ld", "-o", "program", "old.o");
        ToolRun.InProcess("", "scan", files.Path("program"), "--write-baseline", files.Path("known")).ExitCode.Should().Be(0);
        files.Run("binutils-aarch64-linux-gnu", "aarch64-linux-gnu-ld", "--sort-section=name", "-Ttext=0x765000", "-o", "program", "new.o", "old.o");
        ToolRun run = ToolRun.InProcess("", "scan", files.Path("program"), "--baseline", files.Path("known"), "--fail-on-findings", "--format", "json");
        run.ExitCode.Should().Be(1);
        run.Error.Should().BeEmpty();
        JsonElement[] lines = [.. run.ParseObjects()];
        lines[..^1].Should().OnlyContain(l => l.GetProperty("symbol").GetString()!.StartsWith("first+")).And.NotBeEmpty();
        lines[^1].GetProperty("known").GetInt32().Should().BePositive();
    }

    [Fact]
    public void A_baseline_that_accepts_nothing_is_noticed()
    {
        using var files = new CompiledFile();
        string known = files.Path("known");
        ToolRun.InProcess("", "scan", s_sample, "--write-baseline", known).ExitCode.Should().Be(0);
        string copy = files.Write("other.o", System.IO.File.ReadAllBytes(s_sample));
        ToolRun other = ToolRun.InProcess("", "scan", copy, "--baseline", known);
        other.ExitCode.Should().Be(0);
        other.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().ContainSingle()
            .Which.Should().Match("mmiodecode: warning: the baseline '*known' accepts nothing: its findings are of other files ('*driver.o'); names count from the current folder");
        ToolRun.InProcess("", "scan", copy, s_sample, "--baseline", known).Error.Should().BeEmpty();

        ToolRun gone = ToolRun.InProcess("", "scan", s_sample, "--function", "nobody", "--baseline", known, "--fail-on-findings");
        gone.ExitCode.Should().Be(0);
        gone.Error.Should().Contain("accepts nothing: none of its findings is there any more");
        ToolRun.InProcess("", "scan", s_sample, "--baseline", files.Write("empty", "")).Error.Should().BeEmpty();
    }

    [Fact]
    public void What_is_not_in_the_baseline_is_found()
    {
        using var files = new CompiledFile();
        ToolRun.InProcess("", "scan", s_sample, "--write-baseline", files.Path("known")).ExitCode.Should().Be(0);
        string[] lines = System.IO.File.ReadAllLines(files.Path("known"));
        lines.Should().HaveCountGreaterThan(1).And.BeInAscendingOrder(StringComparer.Ordinal);
        int missing = JsonDocument.Parse(lines[0]).RootElement.GetProperty("count").GetInt32();
        System.IO.File.WriteAllLines(files.Path("known"), lines.Skip(1));
        ToolRun run = ToolRun.InProcess("", "scan", s_sample, "--baseline", files.Path("known"), "--fail-on-findings", "--format", "json");
        run.ExitCode.Should().Be(1);
        run.Lines.Should().HaveCount(missing + 1);
    }

    [Theory]
    [InlineData("{\"file\":\"a\",\"function\":\"f\",\"instruction\":\"str\",\"reasons\":[\"pear\"],\"count\":1}", "*line 2: reasons: unknown reason*")]
    [InlineData("{\"file\":\"a\",\"instruction\":\"str\",\"reasons\":[],\"count\":1}", "*line 2: not a known finding*")]
    [InlineData("{\"file\":\"a\",\"function\":\"f\",\"instruction\":\"str\",\"reasons\":[],\"count\":0}", "*line 2: not a known finding*")]
    [InlineData("[]", "*line 2: a JSON object is expected*")]
    public void A_file_that_is_no_baseline_is_refused(string line, string complaint)
    {
        using var files = new CompiledFile();
        string path = files.Write("known", "{\"file\":\"a\",\"member\":null,\"function\":\"f\",\"instruction\":\"str\",\"reasons\":[\"pair\"],\"count\":2}\n" + line + "\n");
        ToolRun run = ToolRun.InProcess("", "scan", s_sample, "--baseline", path);
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Match(complaint);
    }

    [Fact]
    public void Many_findings_become_one_result_for_each_function_or_file()
    {
        using var files = new CompiledFile();
        byte[] code = new byte[6000 * 4];
        for (int i = 0; i < code.Length; i += 4)
        {
            SampleImages.Code().CopyTo(code, i);
        }

        JsonElement sarif = Run(ToolRun.InProcess("", "scan", files.Write("code", code), "--raw", "--set", "a64", "--format", "sarif").Output);
        JsonElement result = sarif.GetProperty("results").EnumerateArray().Single();
        result.GetProperty("message").GetProperty("text").GetString().Should().Contain("It is the first of 6000.");
        sarif.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications")[0].GetProperty("message").GetProperty("text").GetString()
            .Should().StartWith("There are 6000 findings; each result stands for all instructions of a function");
    }

    [Fact]
    public void What_cannot_be_read_is_in_the_report()
    {
        using var files = new CompiledFile();
        ToolRun run = ToolRun.InProcess("", "scan", files.Write("noise", "noise"), "--format", "sarif");
        run.ExitCode.Should().Be(2);
        JsonElement invocation = Run(run.Output).GetProperty("invocations")[0];
        invocation.GetProperty("executionSuccessful").GetBoolean().Should().BeFalse();
        invocation.GetProperty("toolExecutionNotifications")[0].GetProperty("message").GetProperty("text").GetString().Should().Contain("noise");
    }

    private static JsonElement Run(string sarif) => JsonDocument.Parse(sarif).RootElement.GetProperty("runs")[0];

    private static IEnumerable<string> Fingerprints(string sarif) => Run(sarif).GetProperty("results").EnumerateArray().Select(Fingerprint);

    private static string Fingerprint(JsonElement result) => result.GetProperty("partialFingerprints").EnumerateObject().Single().Value.GetString()!;
}
