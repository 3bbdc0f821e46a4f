using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tool.Commands;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class ScanCommandTests
{
    private static readonly string s_sample = Path.Combine(Repository.Root, "docs", "samples", "driver.o");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_sample_is_scanned_to_have_the_code_compiled(bool isJson)
    {
        Action scan = () => ScanCommand.ScanSample(isJson);
        scan.Should().NotThrow();
    }

    [Fact]
    public void Json_has_the_documented_keys()
    {
        ToolRun run = ToolRun.InProcess("", "scan", s_sample, "--format", "json");
        run.ExitCode.Should().Be(0);
        JsonElement finding = run.ParseObjects()[0];
        finding.EnumerateObject().Select(property => property.Name).Take(15).Should().Equal(
            "file", "member", "section", "address", "offset", "set", "opcode", "text", "reasons", "base", "symbol", "source", "feature", "severity", "sureness");
        finding.GetProperty("file").GetString().Should().Be(s_sample);
        finding.GetProperty("member").ValueKind.Should().Be(JsonValueKind.Null);
        finding.GetProperty("section").GetString().Should().Be(".text");
        finding.GetProperty("set").GetString().Should().Be("a64");
        finding.GetProperty("opcode").GetString().Should().Be("0xb800441f");
        finding.GetProperty("text").GetString().Should().Be("str wzr, [x0], #4");
        finding.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetString()).Should().Equal("writeback");
        finding.GetProperty("base").GetString().Should().Be("x0");
        finding.GetProperty("symbol").GetString().Should().Be("clear_registers+0x10");
        finding.GetProperty("severity").GetString().Should().Be("warning");
        finding.GetProperty("sureness").GetString().Should().Be("symbols");

        JsonElement summary = run.ParseObjects()[^1];
        summary.TryGetProperty("address", out _).Should().BeFalse();
        summary.GetProperty("format").GetString().Should().Be("elf64-aarch64");
        summary.GetProperty("findings").GetInt32().Should().Be(run.Lines.Count - 1);
        summary.GetProperty("omitted").GetProperty("sp").GetInt32().Should().Be(0);
        summary.GetProperty("byReason").GetProperty("writeback").GetInt32().Should().Be(1);
    }

    [Fact]
    public void The_bytes_are_where_the_offset_says()
    {
        byte[] file = File.ReadAllBytes(s_sample);
        foreach (JsonElement finding in ToolRun.InProcess("", "scan", s_sample, "--format", "json", "--all").ParseObjects().SkipLast(1))
        {
            int offset = Convert.ToInt32(finding.GetProperty("offset").GetString(), 16);
            BitConverter.ToUInt32(file, offset).Should().Be(Convert.ToUInt32(finding.GetProperty("opcode").GetString(), 16));
        }
    }

    [Fact]
    public void Text_is_grouped_by_function_and_ends_with_a_summary()
    {
        ToolRun run = ToolRun.InProcess("", "scan", s_sample);
        run.ExitCode.Should().Be(0);
        run.Lines[0].Should().Be($"{s_sample}: clear_registers in .text");
        run.Lines[1].Should().StartWith("  0x10 +0x10          b800441f  str wzr, [x0], #4                   writeback");
        run.Output.Should().Contain("6 findings in 25 instructions: pair 3, simd 2, exclusive 2, writeback 1");
        run.Output.Should().NotContain("clear_registers_safely");
    }

    [Theory]
    [InlineData("clear_registers+0x10", "--reason", "writeback")]
    [InlineData("read_counter+0x0", "--function", "read_*")]
    [InlineData("set_bits+0x0 set_bits+0x8", "--reason", "atomic", "--reason", "exclusive")]
    [InlineData("clear_registers+0x10 read_counter+0x0", "--not-function", "post", "--not-function", "set_*")]
    [InlineData("post+0x0", "--base-register", "X1")]
    [InlineData("post+0x0", "--base-register", "w1", "--base-register", "lr")]
    [InlineData("post+0x0", "--not-base-register", "x0")]
    [InlineData("clear_registers+0x10 read_counter+0x0", "--addresses", "0x0-0x18")]
    [InlineData("", "--section", ".init*")]
    public void Filters_leave_out_the_rest(string symbols, params string[] filter)
    {
        ToolRun run = ToolRun.InProcess("", ["scan", s_sample, "--format", "json", .. filter]);
        string.Join(' ', run.ParseObjects().SkipLast(1).Select(finding => finding.GetProperty("symbol").GetString())).Should().Be(symbols);
    }

    [Theory]
    [InlineData("x9", "x9")]
    [InlineData("W9", "x9")]
    [InlineData("R9", "r9")]
    [InlineData("r14", "lr")]
    [InlineData("lr", "x30", "lr")]
    [InlineData("fp", "x29", "r11")]
    [InlineData("ip", "r12")]
    [InlineData("ip1", "x17")]
    [InlineData("wsp", "sp")]
    [InlineData("sp", "sp")]
    [InlineData("pc", "pc")]
    [InlineData("z31", "z31")]
    public void Base_registers_have_the_names_that_people_write(string text, params string[] names)
    {
        BaseRegister.TryParse(text, out IReadOnlyList<string> found).Should().BeTrue();
        found.Should().BeEquivalentTo(names);
    }

    [Theory]
    [InlineData("--base-register", "x31")]
    [InlineData("--base-register", "wp")]
    [InlineData("--not-base-register", "q0")]
    [InlineData("--not-base-register", "")]
    public void What_is_no_base_register_is_refused(string option, string text)
    {
        ToolRun run = ToolRun.InProcess("", "scan", s_sample, option, text);
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().StartWith($"mmiodecode: {option} '{text}' is no register that addresses start from");
    }

    // "0 findings" would be wrong of what nobody has looked at.
    [Fact]
    public void A_section_that_is_not_there_is_noted()
    {
        ToolRun.InProcess("", "scan", s_sample, "--section", ".txt").Output.Should().Contain("no section has a name that is looked for");
        ToolRun.InProcess("", "scan", s_sample, "--section", ".te?t").Output.Should().NotContain("looked for");
    }

    [Fact]
    public void Findings_are_a_failure_where_that_is_asked_for()
    {
        ToolRun.InProcess("", "scan", s_sample, "--fail-on-findings").ExitCode.Should().Be(1);
        ToolRun.InProcess("", "scan", s_sample, "--fail-on-findings", "--function", "clear_registers_safely").ExitCode.Should().Be(0);
    }

    // "0 findings" would be wrong of what nobody has looked at.
    [Theory]
    [InlineData]
    [InlineData("--raw", "--set", "a64")]
    public void An_empty_file_is_refused(params string[] options)
    {
        ToolRun run = ToolRun.InProcess("", ["scan", "-", .. options]);
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Be("mmiodecode: -: an empty file\n");
    }

    [SkippableFact]
    public void What_comes_through_a_pipe_is_scanned()
    {
        Skip.If(OperatingSystem.IsWindows(), "there are no named pipes among the files");
        string script = "exec dotnet \"$1\" scan --format json <(cat \"$2\")";
        ChildProcess.Result<string> run = ChildProcess.Run(
            "/bin/bash", ["-c", script, "bash", typeof(Arm64MmioDecode.Tool.CommandLineTool).Assembly.Location, Repository.File("docs", "samples", "driver.o")]);
        run.Error.Should().BeEmpty();
        run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(7);
    }

    [Fact]
    public void Raw_code_has_the_address_that_the_user_gives()
    {
        byte[] code = [0x1F, 0x20, 0x03, 0xD5, 0x48, 0x45, 0x00, 0xB8];
        using var file = new TemporaryFile(code);
        JsonElement finding = ToolRun.InProcess("", "scan", file.Path, "--raw", "--set", "a64", "--base", "0x40080000", "--format", "json").ParseObjects()[0];
        finding.GetProperty("address").GetString().Should().Be("0x40080004");
        finding.GetProperty("offset").GetString().Should().Be("0x4");
        finding.GetProperty("symbol").ValueKind.Should().Be(JsonValueKind.Null);
        finding.GetProperty("sureness").GetString().Should().Be("sweep");
    }

    [Fact]
    public void A_T32_opcode_has_as_many_digits_as_the_instruction_and_a_condition_in_an_IT_block()
    {
        using var file = new TemporaryFile([0x08, 0xBF, 0x03, 0xCA, 0x92, 0xE8, 0x03, 0x00]);
        var findings = ToolRun.InProcess("", "scan", file.Path, "--raw", "--set", "t32", "--format", "json").ParseObjects();
        findings[0].GetProperty("opcode").GetString().Should().Be("0xca03");
        findings[0].GetProperty("text").GetString().Should().Be("ldmeq r2!, {r0, r1}");
        findings[1].GetProperty("opcode").GetString().Should().Be("0xe8920003");
    }

    [Fact]
    public void Members_of_an_archive_are_named()
    {
        byte[] member = File.ReadAllBytes(s_sample);
        string header = "driver.o/".PadRight(16) + "0".PadRight(32) + member.Length.ToString(System.Globalization.CultureInfo.InvariantCulture).PadRight(10) + "`\n";
        string text = "notes.txt/".PadRight(16) + "0".PadRight(32) + "2".PadRight(10) + "`\nhi";
        using var file = new TemporaryFile([.. "!<arch>\n"u8, .. Encoding.ASCII.GetBytes(header), .. member, .. Encoding.ASCII.GetBytes(text)]);
        ToolRun run = ToolRun.InProcess("", "scan", file.Path, "--format", "json");
        run.ExitCode.Should().Be(0);
        JsonElement first = run.ParseObjects()[0];
        first.GetProperty("member").GetString().Should().Be("driver.o");
        BitConverter.ToUInt32(File.ReadAllBytes(file.Path), Convert.ToInt32(first.GetProperty("offset").GetString(), 16)).Should().Be(0xb800441f);
        run.ParseObjects()[^1].GetProperty("format").GetString().Should().Be("ar");
        run.ParseObjects()[^1].GetProperty("notes").EnumerateArray().Single().GetString().Should().Be("notes.txt: of no known format, not looked at");
    }

    [Fact]
    public void Standard_input_is_a_file_too()
    {
        ChildProcess.Result<string> result = ChildProcess.Run(
            "dotnet",
            [typeof(Arm64MmioDecode.Tool.CommandLineTool).Assembly.Location, "scan", "-", "--format", "json"],
            stream => stream.Write(File.ReadAllBytes(s_sample)),
            stream => new StreamReader(stream).ReadToEnd());
        result.ExitCode.Should().Be(0);
        result.Output.Should().StartWith("{\"file\":\"-\",").And.Contain("clear_registers+0x10");
    }

    [Theory]
    [InlineData("nowhere.o")]
    [InlineData("FILE", "--format", "xml")]
    [InlineData("FILE", "--raw")]
    [InlineData("FILE", "--set", "a64")]
    [InlineData("FILE", "--reason", "bad")]
    [InlineData("FILE", "--addresses", "12")]
    [InlineData("FILE", "--addresses", "0x18-0x0")]
    [InlineData("FILE", "--rank", "--device-ranges", "0x0-0x10,0x9001000-0x9000000")]
    [InlineData("FILE", "--raw", "--set", "a64", "--base", "xyz")]
    [InlineData("--bogus", "FILE")]
    public void What_cannot_be_used_is_refused_in_one_line(params string[] arguments)
    {
        ToolRun run = ToolRun.InProcess("", ["scan", .. arguments.Select(argument => argument == "FILE" ? s_sample : argument)]);
        run.IsRefusal.Should().BeTrue(run.Error);
    }

    [Fact]
    public void A_bad_file_does_not_keep_others_from_being_scanned()
    {
        using var bad = new TemporaryFile(Encoding.ASCII.GetBytes("no binary"));
        ToolRun run = ToolRun.InProcess("", "scan", bad.Path, s_sample, "--format", "json", "--fail-on-findings");
        run.ExitCode.Should().Be(2);
        run.Error.Should().Be($"mmiodecode: {bad.Path}: a file of no known format (--raw --set SET takes it for code)\n");
        run.Lines.Should().HaveCount(7).And.OnlyContain(line => line.Contains("driver.o"));
    }

    [Fact]
    public void The_readme_shows_the_first_finding_of_the_sample()
    {
        string[] lines = [.. ToolRun.InProcess("", "scan", s_sample).Lines.Take(2)];
        File.ReadAllText(Repository.File("README.md")).ReplaceLineEndings("\n").Should()
            .Contain($"    docs/samples/driver.o{lines[0][s_sample.Length..]}\n    {lines[1]}\n");
    }

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(byte[] contents) => File.WriteAllBytes(Path, contents);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName());

        public void Dispose() => File.Delete(Path);
    }
}
