using System.Globalization;
using System.Linq;
using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class EmulateCommandTests
{
    private const string DocumentedInput =
        """{"id":"1","set":"a64","opcode":"0xa8c10440","pc":"0x40000000","pstate":"0x3c5","sp":"0x0","x":{"2":"0x9000000"},"v":{},"memory":{"0x9000000":"00112233445566778899aabbccddeeff"},"options":{"bigEndian":false,"busWidth":8,"exclusives":"perform","atomics":"perform","unaligned":"split","tbi":false}}""";

    private const string DocumentedOutput =
        """{"id":"1","status":"completed","text":"ldp x0, x1, [x2], #16","transactions":[{"op":"read","address":"0x9000000","size":8,"value":"0x7766554433221100"},{"op":"read","address":"0x9000008","size":8,"value":"0xffeeddccbbaa9988"}],"x":{"0":"0x7766554433221100","1":"0xffeeddccbbaa9988","2":"0x9000010"},"v":{},"pc":"0x40000004","memory":{}}""";

    [Theory]
    [InlineData("emulate")]
    [InlineData("emulate", "-")]
    [InlineData("emulate", "--json", "-")]
    public void The_documented_example_is_printed_to_the_letter(params string[] arguments) =>
        ToolRun.InProcess(DocumentedInput + "\n", arguments).Should().Be(new ToolRun(0, DocumentedOutput + "\n", ""));

    [Fact]
    public void The_real_process_prints_the_same() =>
        ToolRun.AsProcess(DocumentedInput + "\n", "emulate", "--json").Should().Be(new ToolRun(0, DocumentedOutput + "\n", ""));

    [Theory]
    [InlineData("""{"id":"1","set":null,"opcode":"0xf9400041","pc":null,"pstate":null,"sp":null,"x":{"1":null,"2":"0x10"},"v":null,"system":null,"tags":null,"gcspr":null,"vl":null,"options":null,"memory":{"0x10":"0100000000000000"}}""")]
    [InlineData("""{"id":"1","opcode":"0xf9400041","x":[null,null,"0x10"],"system":{"fpcr":null},"svl":null,"za":null,"options":{"busWidth":null,"fa64":null},"memory":{"0x10":"0100000000000000"}}""")]
    public void Null_is_as_if_it_were_not_there(string line) => ToolRun.InProcess(line, "emulate").Should().Be(new ToolRun(
        0,
        """{"id":"1","status":"completed","text":"ldr x1, [x2]","transactions":[{"op":"read","address":"0x10","size":8,"value":"0x1"}],"x":{"1":"0x1"},"v":{},"pc":"0x4","memory":{}}""" + "\n",
        ""));

    [Fact]
    public void Without_the_ZA_array_PSTATE_ZA_is_0() =>
        Parse("""{"opcode":"0xe1000000","vl":16,"svl":16,"sm":true,"za":null,"x":{"0":"0x10"},"memory":{"0x10":"00"}}""")
            .GetProperty("status").GetString().Should().Be("undefined");

    [Fact]
    public void Only_what_a_store_changes_is_listed() =>
        Line("""{"id":7,"opcode":"0xa9bf07e0","sp":"0x1000","x":{"0":"0x1122334455667788","1":"0x99"},"memory":{"0xff0":"88776655443322110000000000000000"}}""")
            .Should().Be("""{"id":7,"status":"completed","text":"stp x0, x1, [sp, #-16]!","transactions":[{"op":"write","address":"0xff0","size":8,"value":"0x1122334455667788"},{"op":"write","address":"0xff8","size":8,"value":"0x99"}],"x":{},"v":{},"sp":"0xff0","pc":"0x4","memory":{"0xff8":"99"}}""");

    [Fact]
    public void A_completed_instruction_clears_the_branch_type_and_single_step() =>
        Parse("""{"opcode":"0xf9400041","pstate":"0x2007c5","x":{"2":"0x10"},"memory":{"0x10":"0000000000000000"}}""")
            .GetProperty("pstate").GetString().Should().Be("0x3c5");

    [Fact]
    public void A_vector_register_is_one_number_of_128_bits() =>
        Parse("""{"opcode":"0x3dc00040","v":{"0":"0xffffffffffffffffffffffffffffffff"},"x":{"2":"0x10"},"memory":{"0x10":"000102030405060708090a0b0c0d0e0f"}}""")
            .GetProperty("v").GetRawText().Should().Be("""{"0":"0xf0e0d0c0b0a09080706050403020100"}""");

    [Fact]
    public void A_big_endian_guest_sees_the_bytes_in_the_other_order() =>
        Parse("""{"opcode":"0xf9400041","x":{"2":"0x10"},"memory":{"0x10":"0011223344556677"},"options":{"bigEndian":true}}""")
            .GetProperty("x").GetRawText().Should().Be("""{"1":"0x11223344556677"}""");

    [Theory]
    [InlineData(1, 16)]
    [InlineData(2, 8)]
    [InlineData(4, 4)]
    [InlineData(8, 2)]
    [InlineData(16, 1)]
    public void A_quadword_is_split_to_the_width_of_the_bus(int busWidth, int transactions)
    {
        JsonElement result = Parse(
            """{"opcode":"0x3dc00040","x":{"2":"0x10"},"memory":{"0x10":"000102030405060708090a0b0c0d0e0f"},"options":{"busWidth":WIDTH}}"""
                .Replace("WIDTH", busWidth.ToString(CultureInfo.InvariantCulture)));
        result.GetProperty("transactions").GetArrayLength().Should().Be(transactions);
        result.GetProperty("v").GetProperty("0").GetString().Should().Be("0xf0e0d0c0b0a09080706050403020100");
    }

    [Fact]
    public void An_access_outside_the_bytes_given_is_a_bus_error_that_changes_nothing()
    {
        ToolRun run = ToolRun.InProcess(
            """{"id":"f","opcode":"0xa9800440","pc":"0x100","pstate":"0x3c5","x":{"0":"0x1","2":"0x10"},"memory":{"0x10":"0000000000000000"}}""", "emulate");
        run.ExitCode.Should().Be(1);
        run.Lines.Should().Equal(
            """{"id":"f","status":"fault","text":"stp x0, x1, [x2, #0]!","fault":{"address":"0x18","write":true,"esr":"0x96000050"},"transactions":[{"op":"write","address":"0x10","size":8,"value":"0x1"}],"x":{},"v":{},"pc":"0x100","memory":{}}""");
    }

    [Theory]
    [InlineData("0x0", "0x92000010")]
    [InlineData("0x5", "0x96000010")]
    [InlineData("0x3c9", "0x96000010")]
    public void The_class_of_the_data_abort_follows_from_the_exception_level(string pstate, string esr) =>
        Parse("""{"opcode":"0xf9400041","pstate":"PSTATE"}""".Replace("PSTATE", pstate))
            .GetProperty("fault").GetProperty("esr").GetString().Should().Be(esr);

    [Theory]
    [InlineData("""{"opcode":"0xf94003e0","sp":"0x1004","options":{"checkStackPointer":true}}""", "0x9a000000")]
    [InlineData("""{"set":"a32","opcode":"0xf8900a00","pstate":"0x1d0"}""", "0x2000000")] // RFE in User mode
    [InlineData("""{"opcode":"0xa8c00840","options":{"unpredictable":"undefined"}}""", "0x2000000")]
    public void An_exception_that_is_no_data_abort_has_no_address(string line, string esr)
    {
        JsonElement fault = Parse(line).GetProperty("fault");
        fault.GetProperty("address").ValueKind.Should().Be(JsonValueKind.Null);
        fault.GetProperty("esr").GetString().Should().Be(esr);
    }

    [Fact]
    public void Entries_of_memory_may_touch_and_overlap_and_wrap() =>
        Parse("""{"opcode":"0xf9400041","x":{"2":"0xfffffffffffffffc"},"memory":{"0xfffffffffffffffc":"00aabb33","0x0":"44556677","0xfffffffffffffffd":"1122"}}""")
            .GetProperty("x").GetProperty("1").GetString().Should().Be("0x7766554433221100");

    [Fact]
    public void A_tag_in_the_top_byte_is_ignored_when_the_options_say_so()
    {
        JsonElement result = Parse("""{"opcode":"0xf8408441","x":{"2":"0xaa00000000000010"},"memory":{"0x10":"0100000000000000"},"options":{"tbi":true}}""");
        result.GetProperty("transactions")[0].GetProperty("address").GetString().Should().Be("0x10");
        result.GetProperty("x").GetProperty("2").GetString().Should().Be("0xaa00000000000018");
    }

    [Theory]
    [InlineData("split", "completed", 2)]
    [InlineData("pass", "completed", 1)]
    [InlineData("fault", "fault", 0)]
    public void Unaligned_accesses_follow_the_policy(string policy, string status, int transactions)
    {
        JsonElement result = Parse("""{"opcode":"0x79400041","x":{"2":"0x11"},"memory":{"0x10":"00112233"},"options":{"unaligned":"POLICY"}}""".Replace("POLICY", policy));
        result.GetProperty("status").GetString().Should().Be(status);
        result.GetProperty("transactions").GetArrayLength().Should().Be(transactions);
    }

    [Theory]
    [InlineData(
        """{"set":"a32","opcode":"0xe8b1000c","pc":"0x100","pstate":"0x1d3","r":{"1":"0x10"},"memory":{"0x10":"0001020304050607"}}""",
        """{"id":null,"status":"completed","text":"ldm r1!, {r2, r3}","transactions":[{"op":"read","address":"0x10","size":4,"value":"0x3020100"},{"op":"read","address":"0x14","size":4,"value":"0x7060504"}],"r":{"1":"0x18","2":"0x3020100","3":"0x7060504"},"d":{},"pc":"0x104","memory":{}}""")]
    [InlineData(
        """{"set":"a32","opcode":"0xe8dd6000","pstate":"0x1d3","r":{"13":"0x10"},"memory":{"0x10":"0001020304050607"}}""",
        """{"id":null,"status":"completed","text":"ldm sp, {sp, lr} ^","transactions":[{"op":"read","address":"0x10","size":4,"value":"0x3020100"},{"op":"read","address":"0x14","size":4,"value":"0x7060504"}],"r":{},"x":{"13":"0x3020100","14":"0x7060504"},"d":{},"pc":"0x4","memory":{}}""")]
    [InlineData(
        """{"set":"a32","opcode":"0xe5910000","pstate":"0x210","r":{"1":"0x10"},"memory":{"0x10":"00010203"}}""",
        """{"id":null,"status":"completed","text":"ldr r0, [r1]","transactions":[{"op":"read","address":"0x10","size":4,"value":"0x3020100"}],"r":{"0":"0x10203"},"d":{},"pc":"0x4","memory":{}}""")]
    [InlineData(
        """{"set":"t32","opcode":"0x6848","pc":"0x100","pstate":"0x6000c30","r":{"1":"0x10"}}""",
        """{"id":null,"status":"completed","text":"ldreq r0, [r1, #4]","transactions":[],"r":{},"d":{},"pc":"0x102","pstate":"0x4001c30","memory":{}}""")]
    [InlineData(
        """{"set":"t32","opcode":"0xbd10","pstate":"0x30","r":{"13":"0x10"},"memory":{"0x10":"0001020301000080"}}""",
        """{"id":null,"status":"completed","text":"pop {r4, pc}","transactions":[{"op":"read","address":"0x10","size":4,"value":"0x3020100"},{"op":"read","address":"0x14","size":4,"value":"0x80000001"}],"r":{"4":"0x3020100","13":"0x18"},"d":{},"pc":"0x80000000","memory":{}}""")]
    [InlineData(
        """{"set":"a32","opcode":"0xed910b00","pstate":"0x10","r":{"1":"0x10"},"d":["0x1"],"memory":{"0x10":"0001020304050607"}}""",
        """{"id":null,"status":"completed","text":"vldr d0, [r1]","transactions":[{"op":"read","address":"0x10","size":4,"value":"0x3020100"},{"op":"read","address":"0x14","size":4,"value":"0x7060504"}],"r":{},"d":{"0":"0x706050403020100"},"pc":"0x4","memory":{}}""")]
    [InlineData(
        """{"set":"a32","opcode":"0xed815e00","pstate":"0x13","r":{"1":"0x10"},"memory":{"0x10":"00000000"},"system":{"dbgdtrrx":"0x12345678"}}""",
        """{"id":null,"status":"completed","text":"stc p14, c5, [r1]","transactions":[{"op":"write","address":"0x10","size":4,"value":"0x12345678"}],"r":{},"d":{},"pc":"0x4","memory":{"0x10":"78563412"}}""")]
    [InlineData(
        """{"set":"a32","opcode":"0xed915e00","pstate":"0x13","r":{"1":"0x10"},"memory":{"0x10":"78563412"}}""",
        """{"id":null,"status":"completed","text":"ldc p14, c5, [r1]","transactions":[{"op":"read","address":"0x10","size":4,"value":"0x12345678"}],"r":{},"d":{},"pc":"0x4","dbgdtrtx":"0x12345678","memory":{}}""")]
    [InlineData(
        """{"set":"a32","opcode":"0xe5910000","pstate":"0x13","r":{"1":"0x10"}}""",
        """{"id":null,"status":"fault","text":"ldr r0, [r1]","fault":{"address":"0x10","write":false,"esr":"0x92000010"},"transactions":[],"r":{},"d":{},"pc":"0x0","memory":{}}""")]
    public void Instructions_of_32_bit_guests_have_their_own_registers(string input, string output) => Line(input).Should().Be(output);

    [Fact]
    public void A_long_memory_copy_is_done_in_one_line()
    {
        const int Size = 10_000;
        JsonElement result = Parse($$$"""{"opcode":"0x19010440","x":{"0":"0x100000","1":"0x0","2":"0x{{{Size:x}}}"},"memory":{"0x0":"{{{new string('5', 2 * Size)}}}","0x100000":"{{{new string('0', 2 * Size)}}}"}}""");
        result.GetProperty("status").GetString().Should().Be("completed");
        result.GetProperty("memory").GetProperty("0x100000").GetString().Should().HaveLength(2 * Size);
    }

    [Fact]
    public void A_lone_store_exclusive_fails_and_stores_nothing()
    {
        JsonElement result = Parse("""{"opcode":"0x88037c45","x":{"2":"0x40","5":"0xbb"},"memory":{"0x40":"00010203"}}""");
        result.GetProperty("x").GetRawText().Should().Be("""{"3":"0x1"}""");
        result.GetProperty("memory").GetRawText().Should().Be("{}");
    }

    [Fact]
    public void What_is_no_memory_instruction_is_said_to_be_none() =>
        Line("""{"id":"n","opcode":"0xd503201f","pc":"0x10"}""")
            .Should().Be("""{"id":"n","status":"notMemory","text":"","transactions":[],"x":{},"v":{},"pc":"0x10","memory":{}}""");

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\u0000")]
    [InlineData("""{"set":"a64"}""")]
    [InlineData("""{"opcode":1}""")]
    [InlineData("""{"opcode":"0xzz"}""")]
    [InlineData("""{"opcode":"\ud800"}""")]
    [InlineData("""{"opcode":"0xf9400041","set":"a65"}""")]
    [InlineData("""{"opcode":"0xf9400041","opcode":"0xf9400042"}""")]
    [InlineData("""{"opcode":"0xf9400041","x":{"31":"0x0"}}""")]
    [InlineData("""{"opcode":"0xf9400041","x":{"01":"0x0"}}""")]
    [InlineData("""{"opcode":"0xf9400041","x":{"sp":"0x0"}}""")]
    [InlineData("""{"opcode":"0xf9400041","x":{"0":"10"}}""")]
    [InlineData("""{"opcode":"0xf9400041","x":{"0":"0x10000000000000000"}}""")]
    [InlineData("""{"opcode":"0xf9400041","x":7}""")]
    [InlineData("""{"opcode":"0xf9400041","v":{"32":"0x0"}}""")]
    [InlineData("""{"opcode":"0xf9400041","v":{"0":"0x100000000000000000000000000000000"}}""")]
    [InlineData("""{"opcode":"0xf9400041","pstate":"0x10000000000000000"}""")]
    [InlineData("""{"set":"a32","opcode":"0xe5910000","pstate":"0x100000000"}""")]
    [InlineData("""{"opcode":"0xf9400041","pc":"-0x1"}""")]
    [InlineData("""{"opcode":"0xf9400041","memory":{"0x0":"0"}}""")]
    [InlineData("""{"opcode":"0xf9400041","memory":{"0x0":"0g"}}""")]
    [InlineData("""{"opcode":"0xf9400041","memory":{"zero":"00"}}""")]
    [InlineData("""{"opcode":"0xf9400041","memory":[]}""")]
    [InlineData("""{"opcode":"0xf9400041","system":{"esr_el1":"0x0"}}""")]
    [InlineData("""{"opcode":"0xe5910000","set":"a32","r":{"15":"0x0"}}""")]
    [InlineData("""{"opcode":"0xe5910000","set":"a32","r":{"0":"0x100000000"}}""")]
    [InlineData("""{"opcode":"0xe591000","set":"t32"}""")]
    [InlineData("""{"opcode":"0xf9400041","options":{"busWidth":3}}""")]
    [InlineData("""{"opcode":"0xf9400041","options":{"busWidth":"8"}}""")]
    [InlineData("""{"opcode":"0xf9400041","options":{"tbi":"yes"}}""")]
    [InlineData("""{"opcode":"0xf9400041","options":{"atomics":"maybe"}}""")]
    [InlineData("""{"opcode":"0xf9400041","options":{"atomicity":"perform"}}""")]
    public void A_line_that_makes_no_sense_is_refused(string line)
    {
        ToolRun run = ToolRun.InProcess(line, "emulate");
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().StartWith("mmiodecode: line 1: ");
    }

    [Fact]
    public void Processing_stops_at_a_bad_line_and_the_lines_before_it_are_answered()
    {
        ToolRun run = ToolRun.InProcess(DocumentedInput + "\n\n{\"opcode\":\"\"}\n" + DocumentedInput, "emulate");
        run.Should().Be(new ToolRun(2, DocumentedOutput + "\n", "mmiodecode: line 3: '' is not an opcode: hexadecimal, up to 8 digits, is expected\n"));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        ToolRun run = ToolRun.InProcess("", "emulate", "/nowhere/input.jsonl");
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Contain("/nowhere/input.jsonl");
    }

    [Fact]
    public void A_folder_is_no_input() => ToolRun.InProcess("", "emulate", "/").IsRefusal.Should().BeTrue();

    private static string Line(string input) => ToolRun.InProcess(input, "emulate").Lines.Single();

    private static JsonElement Parse(string input) => ToolRun.InProcess(input, "emulate").ParseObjects().Single();
}
