using System;
using System.Linq;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>What is told about dumps that programs have really printed.</summary>
public sealed class RecordedDumpTests
{
    [Fact]
    public void An_oops_of_Linux()
    {
        JsonElement json = Explain(RecordedDumps.LinuxOops);

        Texts(json, "dump", "symbol", "esr", "far", "class").Should().Equal("Linux", "logic_inb+0xa4", "0x96000006", "0xfffffbfffe80fde8", "stage1Translation");
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("ldarb w0, [x0]");
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public void A_fault_of_a_program_in_Linux() =>
        Texts(Explain(RecordedDumps.LinuxProgram), "dump", "pc", "esr", "class").Should().Equal("Linux", "0x4c7ed8", "0x92000010", "externalAbort");

    [Fact]
    public void An_oops_of_32_bit_Linux_with_its_fault_status_as_a_syndrome()
    {
        JsonElement json = Explain(RecordedDumps.LinuxAArch32Oops);

        // DFSR 7: a translation fault of a page.
        Texts(json, "dump", "symbol", "esr", "far", "class").Should().Equal("Linux", "read_port+0x58", "0x96000006", "0xfee0fde8", "stage1Translation");
        Texts(json.GetProperty("instruction"), "set", "text").Should().Equal("a32", "ldrb r2, [r2]");
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public void A_fault_of_a_program_in_32_bit_Linux_comes_from_a_lower_Exception_level()
    {
        JsonElement json = Explain(RecordedDumps.LinuxAArch32Program, "--opcode", "6803");

        Texts(json, "pc", "esr", "far").Should().Equal("0x44276", "0x92000010", "0xb6f69000");
        Texts(json.GetProperty("instruction"), "set", "text").Should().Equal("t32", "ldr r3, [r0]");
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
    }

    [Theory]
    [InlineData("(0x008)", "0x92000010")]
    [InlineData("(0x1808)", "0x92000250")] // ExT, WnR
    [InlineData("(0x210)", "0x92000010")] // LPAE: the long format
    [InlineData("(0xa06)", "0x92000046")]
    [InlineData("(0x80f)", "0x9200004e")] // a permission fault of a page: level 2
    public void Both_formats_of_DFSR_are_read(string status, string esr) =>
        Text(Explain(RecordedDumps.LinuxAArch32Program.Replace("(0x008)", status, StringComparison.Ordinal)), "esr").Should().Be(esr);

    [Fact]
    public void U_Boot() =>
        Explain(RecordedDumps.UBoot).GetProperty("addressRegisters").GetProperty("x22").GetString().Should().Be("0xb000000");

    [Fact]
    public void U_Boot_of_32_bits_has_no_fault_status()
    {
        JsonElement json = Explain(RecordedDumps.UBootAArch32);

        Texts(json, "dump", "pc", "esr", "class").Should().Equal("U-Boot", "0x4ffb27d8", "0x96000010", "externalAbort");
        json.GetProperty("assumed").GetBoolean().Should().BeTrue();
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be("ldreq r3, [r8]");
        json.GetProperty("addressRegisters").GetProperty("r8").GetString().Should().Be("0xb000000");
        List(json, "guestAction").Should().Contain(sentence => sentence.StartsWith("The log has no fault status: an External abort is assumed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RecordedDumps.Edk2Release, "0x5fb05780", "f8004c20", "str x0, [x1, #4]!")]
    [InlineData(RecordedDumps.Edk2AArch32Release, "0x5fb3ed74", "e4810004", "str r0, [r1], #4")]
    public void EDK2s_release_builds_have_only_PC(string log, string pc, string opcode, string text)
    {
        JsonElement json = Explain(log, "--opcode", opcode);

        Texts(json, "dump", "pc", "far").Should().Equal("EDK2", pc, null);
        json.GetProperty("assumed").GetBoolean().Should().BeTrue();
        json.GetProperty("instruction").GetProperty("text").GetString().Should().Be(text);
        Text(json, "cause").Should().Be("undescribedAccess");
    }

    [Fact]
    public void EDK2s_debug_build_of_32_bits_has_all()
    {
        JsonElement json = Explain(DumpSamples.Edk2AArch32, "--opcode", "e4810004");

        Texts(json, "dump", "pc", "esr", "far").Should().Equal("EDK2", "0x5fb3ed74", "0x96000046", "0x9000018");
        json.GetProperty("agrees").GetBoolean().Should().BeTrue();
        json.GetProperty("addressRegisters").GetProperty("r1").GetString().Should().Be("0x9000018");
    }

    private static JsonElement Explain(string log, params string[] arguments) =>
        ToolRun.InProcess(log, ["explain", "--json", "--dump", "-", .. arguments]).ParseObjects().Single();

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static string?[] Texts(JsonElement json, params string[] names) => [.. names.Select(name => Text(json, name))];

    private static string[] List(JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
}
