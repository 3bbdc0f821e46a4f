using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Arm64MmioDecode.Tests.Tool;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Each rule of the ranking, on code in which it applies, and with the rule switched off.</summary>
public class RankingTests
{
    [SkippableTheory]
    [InlineData("device-address", "adrp x8, . + 0x9000000 - 0x40000\n ldr w9, [x8, #16]!")]
    [InlineData("device-address", "mov x8, #0x1000\n movk x8, #0x900, lsl #16\n add x8, x8, #8\n ldp w0, w1, [x8]")]
    [InlineData("device-address", "ldr x8, 1f\n str w0, [x8], #4\n ret\n .rept 50\n nop\n .endr\n 1: .quad 0x9000000")]
    [InlineData("calls-accessor", "ldr w0, [x1], #4\n bl ioremap")]
    [InlineData("near-barrier", "dmb osh\n mov x3, x4\n ldr w0, [x1], #4")]
    [InlineData("near-barrier", "str w0, [x1], #4\n dsb sy")]
    [InlineData("plain-access", "ldr w3, [x1]\n mov x9, x2\n ldp w4, w5, [x1, #8]")]
    [InlineData("lock-or-counter", "ldxr w0, [x1]")]
    [InlineData("frame-pointer", "ldp x0, x1, [x29, #16]")]
    [InlineData("probably-data", "ldp x0, x1, [x2]\n .zero 64")]
    public void A_rule_applies(string rule, string code) => Rank("function", code).Should().ContainSingle().Which.Should().Be(rule);

    [SkippableTheory]
    [InlineData("writel_relaxed", "accessor-name")]
    [InlineData("MmioRead32", "accessor-name")]
    [InlineData("memcpy_fromio", "accessor-name")]
    [InlineData("memcpy", "memory-function")]
    public void Names_of_functions_say_something(string name, string rule) => Rank(name, "ldr w0, [x1], #4").Should().Equal(rule);

    [SkippableTheory]
    [InlineData("adrp x8, . + 0x9000000 - 0x40000\n bl other\n ldr w9, [x8, #16]!")]
    [InlineData("mov x8, #0x900000\n ldp w0, w1, [x8]")]
    [InlineData("ldr w3, [x1]\n mov x1, x2\n ldp w4, w5, [x1, #8]")]
    [InlineData("dmb osh\n nop\n nop\n nop\n nop\n nop\n ldr w0, [x1], #4")]
    [InlineData("ldr w0, [x1], #4\n bl other")]
    public void A_rule_does_not_apply(string code) => Rank("function", code).Should().BeEmpty();

    [SkippableFact]
    public void A_rule_that_is_switched_off_does_not_apply()
    {
        const string code = "dmb osh\n ldr w0, [x1], #4";
        Rank("writel", code).Should().Equal("accessor-name", "near-barrier");
        Rank("writel", code, "--no-rank-rule", "near-barrier").Should().Equal("accessor-name");
        Rank("writel", code, "--no-rank-rule", "near-barrier", "--no-rank-rule", "accessor-name").Should().BeEmpty();
    }

    [SkippableFact]
    public void Devices_come_from_a_device_tree()
    {
        using CompiledFile files = Assemble("function", "mov x8, #0xA000000\n add x8, x8, #0x200\n ldp w0, w1, [x8]");
        files.Write("tree.dtb", SampleImages.DeviceTree());
        ToolRun run = ToolRun.InProcess("", "scan", files.Path("code.o"), "--rank", "--dtb", files.Path("tree.dtb"), "--format", "json");
        Rules(run.ParseObjects()[0]).Should().Equal("device-address");
    }

    [SkippableFact]
    public void The_likeliest_comes_first_and_none_is_missing()
    {
        using var files = new CompiledFile();
        files.Write("code.s", "first: ldxr w0, [x1]\n ldp x0, x1, [x2]\n ret\n .type writel, %function\nwritel: str w0, [x1], #4\n ret\n");
        files.Run("llvm-22", "llvm-mc-22", "-triple=aarch64", "-filetype=obj", "-o", "code.o", "code.s");
        ToolRun run = ToolRun.InProcess("", "scan", files.Path("code.o"), "--rank");
        run.Lines.Where(l => l.Contains(": str", System.StringComparison.Ordinal) || l.Contains(": ld", System.StringComparison.Ordinal))
            .Select(l => l[..3].Trim()).Should().Equal("4", "0", "-2");
    }

    // Where no function is known, each finding has at least 64 instructions on either side, also where it is the first of a block.
    [Fact]
    public void Code_of_no_function_is_ranked_by_what_is_around()
    {
        const uint nop = 0xD503201F;
        uint[] words = [.. Enumerable.Repeat(nop, 1000)];
        words[240] = 0xB9400043; // ldr w3, [x2]
        words[256] = 0x29411444; // ldp w4, w5, [x2, #8]
        words[500] = 0x29411424; // ldp w4, w5, [x1, #8]
        words[501] = 0x29411424;
        words[560] = 0xB9400023; // ldr w3, [x1]
        words[900] = 0x29411444; // ldp w4, w5, [x2, #8]
        using var files = new CompiledFile();
        string path = files.Write("code.bin", [.. words.SelectMany(System.BitConverter.GetBytes)]);
        ToolRun run = ToolRun.InProcess("", "scan", path, "--raw", "--set", "a64", "--rank", "--format", "json");
        run.ParseObjects().SkipLast(1).Select(finding => string.Join(' ', Rules(finding))).Should().Equal("plain-access", "plain-access", "plain-access", "");
    }

    private static CompiledFile Assemble(string name, string code)
    {
        var files = new CompiledFile();
        files.Write("code.s", $".type {name}, %function\n{name}:\n {code}\n ret\n.size {name}, . - {name}\n");
        files.Run("llvm-22", "llvm-mc-22", "-triple=aarch64", "-filetype=obj", "-o", "code.o", "code.s");
        return files;
    }

    // Linked, so that ADRP has its target.
    private static List<string> Rank(string name, string code, params string[] options)
    {
        using CompiledFile files = Assemble(name, code);
        string file = "code.o";
        if (code.Contains("adrp", System.StringComparison.Ordinal))
        {
            files.Run("lld", "ld.lld", "--unresolved-symbols=ignore-all", "-Ttext=0x40000", "-e", name, "-o", "code", "code.o");
            file = "code";
        }

        ToolRun run = ToolRun.InProcess("", ["scan", files.Path(file), "--rank", "--device-ranges", "0x100-0x1ff,0x9000000-0x9ffffff", "--format", "json", .. options]);
        run.Error.Should().BeEmpty();
        return Rules(run.ParseObjects()[0]);
    }

    private static List<string> Rules(JsonElement finding) => [.. finding.GetProperty("rank").GetProperty("rules").EnumerateArray().Select(r => r.GetString()!)];
}
