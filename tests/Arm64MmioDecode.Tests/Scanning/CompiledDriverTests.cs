using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tool;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>What compilers make of the reports' own cases is found at the right line.</summary>
public sealed class CompiledDriverTests
{
    private static readonly string s_source = File.ReadAllText(Repository.File("docs", "samples", "driver.c")).ReplaceLineEndings("\n");

    public static TheoryData<string, string, string[]> Compilers => new()
    {
        { "aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu", ["-Os", "-mno-outline-atomics"] },
        { "clang", "clang", ["--target=aarch64-linux-gnu", "-O2", "-mno-outline-atomics"] },
    };

    [SkippableTheory]
    [MemberData(nameof(Compilers))]
    public void Each_kind_is_found_in_its_function_and_at_its_line(string compiler, string package, string[] options)
    {
        List<JsonElement> findings = Scan(compiler, package, [.. options, "-g", "-march=armv8-a", "-c", "driver.c", "-o", "driver.o"]);

        Reasons(findings, "clear_registers").Should().Equal("writeback");
        Reasons(findings, "read_counter").Should().Equal("pair");
        Reasons(findings, "post").Should().Equal("pair", "simd");
        Reasons(findings, "set_bits").Should().Equal("exclusive");
        Reasons(findings, "clear_registers_safely").Should().BeEmpty();
        LineOf(findings, "clear_registers").Should().Be(LineWith("*address++ = 0;"));
        LineOf(findings, "read_counter").Should().Be(LineWith("return registers[0] + registers[1];"));
        LineOf(findings, "post").Should().Be(LineWith("*ring = *descriptor;"));
        LineOf(findings, "set_bits").Should().Be(LineWith("__atomic_fetch_or"));
    }

    [SkippableTheory]
    [InlineData("arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf", "-marm", "a32")]
    [InlineData("arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf", "-mthumb", "t32")]
    public void The_same_in_32_bits(string compiler, string package, string state, string set)
    {
        using var folder = new CompiledFile();
        folder.Write("driver.c", s_source.Replace("%w0", "%0").Replace("\"rZ\"", "\"r\""));
        folder.Run(package, compiler, state, "-march=armv7-a+fp", "-Os", "-g", "-c", "driver.c", "-o", "driver.o");
        List<JsonElement> findings = [.. ToolRun.InProcess("", "scan", folder.Path("driver.o"), "--format", "json").ParseObjects().SkipLast(1)];
        findings.Should().OnlyContain(finding => finding.GetProperty("set").GetString() == set);
        Reasons(findings, "clear_registers").Should().Equal("writeback");
        Reasons(findings, "set_bits").Should().Equal("exclusive");
        Reasons(findings, "post").Should().Contain("multipleRegisters");
        LineOf(findings, "clear_registers").Should().Be(LineWith("*address++ = 0;"));
    }

    [SkippableTheory]
    [InlineData("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu", "-Os")]
    [InlineData("clang", "clang", "--target=aarch64-linux-gnu", "-O3")]
    public void The_guides_accessors_have_no_finding(string compiler, string package, params string[] options)
    {
        string guide = File.ReadAllText(Repository.File("docs", "scanning.md")).ReplaceLineEndings("\n");
        string accessors = Regex.Match(guide, "```c\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        using var folder = new CompiledFile();
        folder.Write("use.c", accessors + """
            void copy(unsigned int *to, const volatile unsigned int *from, volatile unsigned int *device, int count)
            {
                for (int i = 0; i < count; i++)
                    write32(device++, read32(from++));
                (void)to;
            }
            """);
        folder.Run(package, compiler, [.. options, "-c", "use.c", "-o", "use.o"]);
        ToolRun.InProcess("", "scan", folder.Path("use.o"), "--fail-on-findings").ExitCode.Should().Be(0);
    }

    private static List<JsonElement> Scan(string compiler, string package, string[] arguments)
    {
        using var folder = new CompiledFile();
        folder.Write("driver.c", s_source);
        folder.Run(package, compiler, arguments);
        return [.. ToolRun.InProcess("", "scan", folder.Path("driver.o"), "--format", "json").ParseObjects().SkipLast(1)];
    }

    private static IEnumerable<string> Reasons(List<JsonElement> findings, string function) => findings
        .Where(finding => Symbol(finding) == function)
        .SelectMany(finding => finding.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()!))
        .Distinct();

    private static int LineOf(List<JsonElement> findings, string function) =>
        findings.First(finding => Symbol(finding) == function).GetProperty("source").GetProperty("line").GetInt32();

    private static string Symbol(JsonElement finding) => finding.GetProperty("symbol").GetString()!.Split('+')[0];

    private static int LineWith(string text) => s_source[..s_source.IndexOf(text, System.StringComparison.Ordinal)].Count(c => c == '\n') + 1;
}
