using System.Linq;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class ExplainCommandTests
{
    [Fact]
    public void An_abort_without_a_syndrome_is_told_from_the_fields_to_the_next_step()
    {
        string text = ToolRun.InProcess("", "explain", "--esr", "0x92000007", "--far", "0xffff800009000100", "--hpfar", "0x90000", "--opcode", "0xa8c10440").Output;

        text.Should().StartWith("Syndrome 0x92000007\n  EC[31:26] = 0x24: Data Abort from a lower Exception level\n");
        text.Should().Contain("  WnR[6] = 0x0: a read\n  DFSC[5:0] = 0x7: Translation fault, level 3\n");
        text.Should().Contain("  FAR 0xffff800009000100\n  IPA 0x9000100\n");
        text.Should().Contain("  ldp x0, x1, [x2], #16: load, 2 x 8 bytes\n");
        text.Should().Contain("It transfers two registers").And.Contain("It also changes its base register");
        text.Should().Contain("Instruction and syndrome agree.");
        text.Should().Contain("Next\n  - Emulate the instruction from its opcode");
    }

    [Theory]
    [InlineData("0x92000047", "0xa8c10440", "The syndrome says a write, and the instruction only reads.")]
    [InlineData("0x92000007", "0xa8810440", "The syndrome says a read, and the instruction only writes.")]
    [InlineData("0x92000147", "0xa8810440", "The syndrome says cache maintenance, and the instruction is none.")]
    [InlineData("0x92000047", "0xd50b7a22", "The instruction is cache maintenance, and the syndrome says that it is none.")]
    [InlineData("0x92000007", "0xf9800040", "A prefetch never causes a data abort.")]
    [InlineData("0x92000035", "0xa9400440", "The syndrome says an exclusive, atomic or 64-byte access, and the instruction is none.")]
    [InlineData("0x93c08007", "0xa8c10440", "The syndrome describes an access (ISV = 1), and the instruction is one that has no valid syndrome.")]
    [InlineData("0x93c08007", "0xf9400041", "The register differs: x0 in the syndrome, x1 in the instruction.")]
    [InlineData("0x93808007", "0xf9400040", "The size differs: 4 in the syndrome, 8 in the instruction.")]
    public void An_instruction_that_contradicts_the_syndrome_is_found_out(string esr, string opcode, string difference)
    {
        JsonElement json = ToolRun.InProcess("", "explain", "--json", "--esr", esr, "--opcode", opcode).ParseObjects().Single();
        json.GetProperty("agrees").GetBoolean().Should().BeFalse();
        json.GetProperty("differences").EnumerateArray().Select(text => text.GetString()).Should().Equal(difference);
    }

    [Theory]
    [InlineData("0x93c08007", "0xf9400040")]
    [InlineData("0x93c1c007", "0xc8dffc41")]
    [InlineData("0x92000007", "0xf9400040")]
    [InlineData("0x92000147", "0xd50b7a22")]
    [InlineData("0x92000007", "0xb8230045")]
    [InlineData("0x92000047", "0xb8230045")]
    public void An_instruction_that_explains_the_syndrome_agrees_with_it(string esr, string opcode) =>
        ToolRun.InProcess("", "explain", "--json", "--esr", esr, "--opcode", opcode).ParseObjects().Single()
            .GetProperty("agrees").GetBoolean().Should().BeTrue();

    /// <summary>The syndrome of an AArch32 guest names SP and LR of the current mode, and nothing says which mode that is.</summary>
    [Theory]
    [InlineData("0x938d0047", true)] // User mode
    [InlineData("0x93930047", true)] // Supervisor mode
    [InlineData("0x93910047", true)] // IRQ mode
    [InlineData("0x93820047", false)] // R2
    public void A_banked_register_is_that_of_any_mode(string esr, bool agrees) =>
        ToolRun.InProcess("", "explain", "--json", "--set", "a32", "--esr", esr, "--opcode", "0xe582d000").ParseObjects().Single() // str sp, [r2]
            .GetProperty("agrees").GetBoolean().Should().Be(agrees);

    [Theory]
    [InlineData("0x92000087", "translationTableWalk")]
    [InlineData("0x92000010", "externalAbort")]
    [InlineData("0x92000021", "alignment")]
    [InlineData("0x92000035", "unsupportedExclusiveOrAtomic")]
    [InlineData("0x82000007", "notDataAbort")]
    [InlineData("0x45", "notDataAbort")]
    [InlineData("0xffffffffffffffff", "notDataAbort")]
    public void Every_class_of_abort_has_a_next_step(string esr, string dataAbortClass)
    {
        JsonElement json = ToolRun.InProcess("", "explain", "--json", "--esr", esr).ParseObjects().Single();
        json.GetProperty("class").GetString().Should().Be(dataAbortClass);
        json.GetProperty("next").GetArrayLength().Should().BePositive();
        json.GetProperty("instruction").ValueKind.Should().Be(JsonValueKind.Null);
        json.GetProperty("agrees").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("0x92000007", "  FAR 0x9000100\n  IPA not known\n")]
    [InlineData("0x9200000f", "  FAR 0x9000100\n  IPA not known: HPFAR is not valid for this abort\n")]
    [InlineData("0x92000410", "  FAR not valid for this abort\n  IPA not known: HPFAR is not valid for this abort\n")]
    public void An_address_that_is_not_known_is_said_to_be(string esr, string lines) =>
        ToolRun.InProcess("", "explain", "--esr", esr, "--far", "0x9000100").Output.Should().Contain(lines);

    [Fact]
    public void Kvm_reports_the_syndrome_without_its_class() =>
        ToolRun.InProcess("", "explain", "--esr", "0x45").Output.Should().Contain("add 0x92000000");

    [Theory]
    [InlineData("0x92000007", "0x123", "byte", "0x9000123")]
    [InlineData("0x92000007", "", "page", "0x9000000")]
    [InlineData("0x9200000f", "0x123", "none", null)]
    public void The_intermediate_physical_address_is_what_the_registers_tell(string esr, string far, string precision, string? ipa)
    {
        string[] arguments = ["explain", "--json", "--esr", esr, "--hpfar", "0x90000"];
        JsonElement json = ToolRun.InProcess("", far.Length == 0 ? arguments : [.. arguments, "--far", far]).ParseObjects().Single();
        json.GetProperty("ipaPrecision").GetString().Should().Be(precision);
        json.GetProperty("ipa").GetString().Should().Be(ipa);
    }

    [Theory]
    [InlineData]
    [InlineData("--esr")]
    [InlineData("--esr", "zz")]
    [InlineData("--esr", "0x10000000000000000")]
    [InlineData("--esr", "0x1", "--opcode", "zz")]
    [InlineData("--esr", "0x1", "--ipa", "0x1", "--hpfar", "0x1")]
    [InlineData("--esr", "0x1", "surplus")]
    public void What_makes_no_sense_is_refused(params string[] arguments) =>
        ToolRun.InProcess("", ["explain", .. arguments]).IsRefusal.Should().BeTrue();
}
