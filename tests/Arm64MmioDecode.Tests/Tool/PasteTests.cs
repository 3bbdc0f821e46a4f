using System.Linq;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>What people paste: listings of disassemblers, bytes in memory order, names that other tools use.</summary>
public sealed class PasteTests
{
    [Theory]
    [InlineData("a64", "  40078c:\ta9bf7bfd \tstp\tx29, x30, [sp, #-16]!", "0xa9bf7bfd")] // GNU objdump
    [InlineData("a64", "   10754: f9400041     \tldr\tx1, [x2]", "0xf9400041")] // llvm-objdump
    [InlineData("a64", "       0: 41 00 40 f9  \tldr\tx1, [x2]", "0xf9400041")] // llvm-objdump before version 15
    [InlineData("a64", "   0x0000000000000754 <+0>:\tfd 7b bf a9\tstp\tx29, x30, [sp, #-16]!", "0xa9bf7bfd")] // gdb: disassemble /r
    [InlineData("a64", "=> 0x0000000000000758 <main+4>:\t41 00 40 f9\tldr\tx1, [x2]", "0xf9400041")] // gdb: x/i with /r
    [InlineData("a64", "0x40078c <main>:\t0xa9bf7bfd\t0xf9400041", "0xa9bf7bfd 0xf9400041")] // gdb: x/2xw
    [InlineData("a32", "    8000:\te5920000 \tldr\tr0, [r2]", "0xe5920000")]
    [InlineData("t32", "    8000:\tf8d2 0000 \tldr.w\tr0, [r2]", "0xf8d20000")]
    [InlineData("t32", "    8004:\t6810      \tldr\tr0, [r2, #0]", "0x6810")]
    [InlineData("t32", "       4: 6810         \tldr\tr0, [r2]", "0x6810")]
    [InlineData("t32", "   0x00008000 <+0>:\td2 f8 00 00\tldr.w\tr0, [r2]", "0xf8d20000")]
    [InlineData("t32", "   0x00008004 <+4>:\t10 68\tldr\tr0, [r2, #0]", "0x6810")]
    [InlineData("t32", "0x8000 <f>:\t0x0000f8d2\t0x68106810", "0xf8d20000 0x6810 0x6810")] // gdb: x/2xw
    [InlineData("t32", "0x8000 <f>:\t0xf8d2\t0x0000\t0x6810", "0xf8d20000 0x6810")] // gdb: x/3xh
    [InlineData("a64", "0000000000400754 <main>:", "")]
    [InlineData("a64", "Disassembly of section .text:", "")]
    [InlineData("a64", "a.out:     file format elf64-littleaarch64", "")]
    [InlineData("a64", "Dump of assembler code for function main:", "")]
    [InlineData("a64", "End of assembler dump.", "")]
    [InlineData("a64", "\t...", "")]
    [InlineData("a64", "f9400041", "0xf9400041")]
    public void A_line_of_a_listing_is_taken_as_it_is(string set, string line, string opcodes) =>
        string.Join(' ', ToolRun.InProcess(line + "\n", "decode", "-", "--json", "--set", set).ParseObjects().Select(json => json.GetProperty("opcode").GetString()))
            .Should().Be(opcodes);

    [Theory]
    [InlineData("a64", "  40078c:\tstp\tx29, x30, [sp, #-16]!", "has no opcode of A64 behind the address")]
    [InlineData("a64", "  40078c:\t6810 \tldr", "has no opcode of A64 behind the address")]
    [InlineData("a64", "  40078c:", "has no opcode of A64 behind the address")]
    [InlineData("a64", "  40078c:\t41 00 40\tldr", "3 bytes are no A64 instruction")]
    [InlineData("t32", "    8000:\tf8d2 \tldr.w\tr0, [r2]", "'f8d2' is the first half of a T32 instruction whose second half is missing")]
    [InlineData("a64", "main:\tf9400041", "is not an opcode")]
    public void A_line_without_its_opcode_is_refused(string set, string line, string complaint)
    {
        ToolRun run = ToolRun.InProcess(line, "decode", "-", "--set", set);
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Contain(complaint);
    }

    [Theory]
    [InlineData("a64", "484500b8", "are these bytes in memory order? b8004548 is str w8, [x10], #4")]
    [InlineData("a64", "410040f9", null)] // another instruction, as it stands
    [InlineData("t32", "68106810", "the first halfword, 6810, is an instruction of its own: decode the halfwords one by one")]
    [InlineData("t32", "d2f80000", "the first halfword, d2f8, is an instruction of its own: decode the halfwords one by one; or are these bytes in memory order? f8d20000 is ldr.w r0, [r2]")]
    [InlineData("t32", "0000f8d2", "the first halfword, 0000, is an instruction of its own: decode the halfwords one by one; or are these bytes in memory order? f8d20000 is ldr.w r0, [r2]")]
    [InlineData("t32", "f8d2", "this is the first half of a 32-bit instruction, and its second half is missing")]
    [InlineData("t32", "e868", "this is the first half of a 32-bit instruction, and its second half is missing; or are these bytes in memory order? 68e8 is ldr r0, [r5, #12]")]
    [InlineData("t32", "bf00", null)]
    [InlineData("a64", "f9400041", null)]
    [InlineData("a64", "d503201f", null)]
    public void A_word_that_makes_little_sense_gets_a_hint(string set, string opcode, string? hint)
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", "--set", set, opcode).ParseObjects().Single();
        (json.TryGetProperty("hint", out JsonElement value) ? value.GetString() : null).Should().Be(hint);
        if (hint is not null)
        {
            ToolRun.InProcess("", "decode", "--set", set, opcode).Output.Should().EndWith("; " + hint + "\n");
        }
    }

    [Theory]
    [InlineData("T32", "6810")]
    [InlineData("thumb", "6810")]
    [InlineData("ARM", "e5920000")]
    [InlineData("AArch64", "f9400041")]
    public void Instruction_sets_have_the_names_that_other_tools_give_them(string set, string opcode) =>
        ToolRun.InProcess("", "decode", "--set", set, opcode).Output.Should().Contain("ldr");

    [Fact]
    public void Options_may_stand_before_and_behind_the_file()
    {
        const string Line = """{"opcode":"0xf9400041","esr_iss":"0x7","fault_ipa":"0x9000000","x":{"2":"0x9000000"}}""";
        string before = ToolRun.InProcess(Line, "replay", "--json", "-").Output;
        before.Should().StartWith("{");
        ToolRun.InProcess(Line, "replay", "-", "--json").Output.Should().Be(before);
        ToolRun.InProcess("f9400041", "decode", "-", "--set", "a64", "--json").Output.Should().Be(ToolRun.InProcess("f9400041", "decode", "--json", "--set", "a64", "-").Output);
    }

    [Theory]
    [InlineData("emulate")]
    [InlineData("replay")]
    public void A_key_that_means_nothing_is_said_once(string command)
    {
        const string Line = """{"opcode":"0xf9400041","pstat":"0x5","esr_iss":"0x7","fault_ipa":"0x9000000","x":{"2":"0x9000000"},"memory":{"0x9000000":"0011223344556677"}}""";
        ToolRun run = ToolRun.InProcess(Line + "\n" + Line + "\n", command, "--json");
        run.ExitCode.Should().Be(0);
        run.Error.Should().Be("mmiodecode: warning: line 1: the key 'pstat' means nothing here and is passed over (so are others like it)\n");
    }
}
