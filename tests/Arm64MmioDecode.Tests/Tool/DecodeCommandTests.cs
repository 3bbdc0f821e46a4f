using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tool;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class DecodeCommandTests
{
    private const string DocumentedLine =
        """{"set":"a64","opcode":"0xa8c10440","status":"memory","encoding":"LDP_64_ldstpair_post","mnemonic":"ldp","text":"ldp x0, x1, [x2], #16","feature":"","kind":"load","file":"general","registers":["x0","x1"],"elementSize":8,"elementCount":2,"totalSize":16,"extend":"none","width":64,"base":"x2","index":null,"indexExtend":null,"indexShift":0,"offset":16,"mode":"post","writeback":true,"ordering":[],"status_register":null,"isv":false,"isvReasons":["pair","writeback"],"unpredictable":null}""";

    [Fact]
    public void The_documented_example_is_printed_to_the_letter() =>
        ToolRun.InProcess("", "decode", "--json", "0xa8c10440").Should().Be(new ToolRun(0, DocumentedLine + "\n", ""));

    [Fact]
    public void The_real_process_prints_the_same() =>
        ToolRun.AsProcess("a8c10440\n", "decode", "-", "--json").Should().Be(new ToolRun(0, DocumentedLine + "\n", ""));

    // Registers, sizes and addresses as the assembly text says them.
    [Theory]
    [InlineData("f9400041", "ldr x1, [x2]", "load", "general", "x1", "8x1", "x2", null)]
    [InlineData("f940005f", "ldr xzr, [x2]", "load", "general", "xzr", "8x1", "x2", null)]
    [InlineData("b94003ff", "ldr wzr, [sp]", "load", "general", "wzr", "4x1", "sp", null)]
    [InlineData("38e16843", "ldrsb w3, [x2, x1]", "load", "general", "w3", "1x1", "x2", "x1 lsl 0")]
    [InlineData("b8a15843", "ldrsw x3, [x2, w1, uxtw #2]", "load", "general", "x3", "4x1", "x2", "w1 uxtw 2")]
    [InlineData("f83fd843", "str x3, [x2, wzr, sxtw #3]", "store", "general", "x3", "8x1", "x2", "wzr sxtw 3")]
    [InlineData("58000040", "ldr x0, #8", "load", "general", "x0", "8x1", "pc", null)]
    [InlineData("69410c41", "ldpsw x1, x3, [x2, #8]", "load", "general", "x1 x3", "4x2", "x2", null)]
    [InlineData("3dc00040", "ldr q0, [x2]", "load", "simd", "q0", "16x1", "x2", null)]
    [InlineData("3d000040", "str b0, [x2]", "store", "simd", "b0", "1x1", "x2", null)]
    [InlineData("4cdf2820", "ld1 { v0.4s, v1.4s, v2.4s, v3.4s }, [x1], #64", "load", "simd", "v0 v1 v2 v3", "4x16", "x1", null)]
    [InlineData("4c820020", "st4 { v0.16b, v1.16b, v2.16b, v3.16b }, [x1], x2", "store", "simd", "v0 v1 v2 v3", "1x64", "x1", "x2 lsl 0")]
    [InlineData("4d40cc27", "ld1r { v7.2d }, [x1]", "load", "simd", "v7", "8x1", "x1", null)]
    [InlineData("4ddf8026", "ld1 { v6.s }[2], [x1], #4", "load", "simd", "v6", "4x1", "x1", null)]
    [InlineData("4d002420", "st3 { v0.b, v1.b, v2.b }[9], [x1]", "store", "simd", "v0 v1 v2", "1x3", "x1", null)]
    [InlineData("c87f9c46", "ldaxp x6, x7, [x2]", "loadExclusive", "general", "x6 x7", "8x2", "x2", null)]
    [InlineData("b8230045", "ldadd w3, w5, [x2]", "rmw", "general", "w3 w5", "4x1", "x2", null)]
    [InlineData("88e3fc45", "casal w3, w5, [x2]", "cas", "general", "w3 w5", "4x1", "x2", null)]
    [InlineData("48247c46", "casp x4, x5, x6, x7, [x2]", "cas", "general", "x4 x5 x6 x7", "8x2", "x2", null)]
    [InlineData("d50b7422", "dc zva, x2", "zero", "none", "", "?", "x2", null)]
    [InlineData("d50b7462", "dc gva, x2", "tagStore", "none", "", "?", "x2", null)]
    [InlineData("d50b7a22", "dc cvac, x2", "cache", "none", "", "0x0", "x2", null)]
    [InlineData("f9800040", "prfm pldl1keep, [x2]", "prefetch", "none", "", "0x0", "x2", null)]
    [InlineData("d920085f", "stg sp, [x2]", "tagStore", "general", "sp", "16x1", "x2", null)]
    [InlineData("1d010440", "cpyp [x0]!, [x1]!, x2!", "copy", "general", "x0 x1 x2", "?", "x0", null)]
    [InlineData("19c10440", "setp [x0]!, x2!, x1", "set", "general", "x0 x2 x1", "?", "x0", null)]
    [InlineData("1ddf0041", "setgop [x1]!, x2!", "set", "general", "x1 x2", "?", "x1", null)]
    [InlineData("b820001f", "stadd w0, [x0]", "rmw", "general", "w0", "4x1", "x0", null)]
    [InlineData("a540a000", "ld1w { z0.s }, p0/z, [x0]", "load", "sve", "z0", "4x?", "x0", null)]
    [InlineData("85800000", "ldr p0, [x0]", "load", "predicate", "p0", "1x?", "x0", null)]
    [InlineData("e0014000", "ld1b {za0h.b[w14, 0]}, p0/z, [x0, x1]", "load", "za", "za0h.b", "1x?", "x0", "x1 lsl 0")]
    [InlineData("e1200040", "str za[w12, 0], [x2]", "store", "za", "za", "1x?", "x2", null)]
    [InlineData("85204000", "ld1w { z0.s }, p0/z, [x0, z0.s, uxtw #2]", "load", "sve", "z0", "4x?", "x0", "z0 uxtw 2")]
    [InlineData("8520c000", "ld1w { z0.s }, p0/z, [z0.s]", "load", "sve", "z0", "4x?", "z0", null)]
    [InlineData("e11f8040", "ldr zt0, [x2]", "load", "zt", "zt0", "1x64", "x2", null)]
    public void Every_kind_of_access_names_its_registers_sizes_and_address(
        string opcode, string text, string kind, string file, string registers, string size, string address, string? index)
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", opcode).ParseObjects().Single();

        json.GetProperty("text").GetString().Should().Be(text);
        json.GetProperty("mnemonic").GetString().Should().Be(text.Split(' ')[0]);
        json.GetProperty("kind").GetString().Should().Be(kind);
        json.GetProperty("file").GetString().Should().Be(file);
        string.Join(' ', json.GetProperty("registers").EnumerateArray().Select(name => name.GetString())).Should().Be(registers);
        Size(json).Should().Be(size);
        json.GetProperty("base").GetString().Should().Be(address);
        string? indexText = json.GetProperty("index").GetString() is { } name
            ? $"{name} {json.GetProperty("indexExtend").GetString()} {json.GetProperty("indexShift").GetInt32()}"
            : null;
        indexText.Should().Be(index);
    }

    [Theory]
    [InlineData("c8dffc41", "acquire")]
    [InlineData("f8bfc041", "acquirePC")]
    [InlineData("c89ffc41", "release")]
    [InlineData("c8df7c41", "loAcquire")]
    [InlineData("c89f7c41", "loRelease")]
    [InlineData("f8e30045", "acquire release")]
    [InlineData("f8e3005f", "release")] // ldaddal x3, xzr, [x2]
    [InlineData("b8a3805f", "")] // swpa w3, wzr, [x2]
    [InlineData("88e37c5f", "acquire")] // casa w3, wzr, [x2]
    public void The_memory_ordering_is_listed(string opcode, string ordering)
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", opcode).ParseObjects().Single();
        string.Join(' ', json.GetProperty("ordering").EnumerateArray().Select(word => word.GetString())).Should().Be(ordering);
    }

    [Theory]
    [InlineData("a64", "39400041", "zero")] // ldrb w1, [x2]
    [InlineData("a64", "38e16843", "sign")] // ldrsb w3, [x2, x1]
    [InlineData("a64", "f9400041", "none")] // ldr x1, [x2]
    [InlineData("a64", "a400a000", "none")] // ld1b { z0.b }, p0/z, [x0]
    [InlineData("a64", "a440a000", "zero")] // ld1b { z0.s }, p0/z, [x0]
    [InlineData("a64", "84402000", "sign")] // ldff1sb { z0.s }, p0/z, [x0, z0.s, sxtw]
    [InlineData("a64", "858043e0", "none")] // ldr z0, [sp]
    [InlineData("a64", "e440e000", "none")] // st1b { z0.s }, p0, [x0]
    [InlineData("t32", "5641", "sign")] // ldrsb r1, [r0, r1]
    public void Loaded_elements_are_extended_to_the_register_or_the_vector_element(string set, string opcode, string extend) =>
        ToolRun.InProcess("", "decode", "--json", "--set", set, opcode).ParseObjects().Single()
            .GetProperty("extend").GetString().Should().Be(extend);

    [Theory]
    [InlineData("a32", "e8b00000", "ldm r0!, {}", "4x0")]
    [InlineData("a32", "ecb00b01", "fldmiax r0!, {}", "8x0")]
    [InlineData("t32", "b400", "push {}", "4x0")]
    public void An_empty_list_transfers_nothing(string set, string opcode, string text, string size)
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", "--set", set, opcode).ParseObjects().Single();
        json.GetProperty("text").GetString().Should().Be(text);
        Size(json).Should().Be(size);
        json.GetProperty("totalSize").GetInt32().Should().Be(0);
    }

    [Fact]
    public void A_store_exclusive_names_its_status_register_and_its_unpredictable_overlap()
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", "88017c41").ParseObjects().Single();
        json.GetProperty("text").GetString().Should().Be("stxr w1, w1, [x2]");
        json.GetProperty("status_register").GetString().Should().Be("w1");
        json.GetProperty("unpredictable").GetString().Should().StartWith("DATAOVERLAP");
    }

    [Theory]
    [InlineData("a64", "1dc00240", "SETGOP_memset_go")] // bits 20:16 are (1)(1)(1)(1)(1)
    [InlineData("a64", "38b7c0d6", "LDAPRB_32L_memop")]
    [InlineData("a64", "d5087780", "GCSPUSHX_SYS_CR_systeminstrs")] // Rt is not 31
    [InlineData("a64", "d50877a0", "GCSPOPCX_SYS_CR_systeminstrs")]
    [InlineData("a64", "d50877c0", "GCSPOPX_SYS_CR_systeminstrs")]
    [InlineData("a32", "e1900f90", "LDREX_A1")] // bits 3:0 are (1)(1)(1)(1)
    [InlineData("t32", "f83ff000", "PLD_l_T1")] // bit 21 is (0)
    public void Should_be_bits_with_the_other_value_are_accepted_and_reported(string set, string opcode, string encoding)
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", "--set", set, opcode).ParseObjects().Single();
        json.GetProperty("encoding").GetString().Should().Be(encoding);
        json.GetProperty("unpredictable").GetString().Should().Contain("should-be");
    }

    [Theory]
    [InlineData("d503201f", "other")]
    [InlineData("7c65b473", "unallocated")]
    public void A_word_without_a_memory_access_has_every_key_too(string opcode, string status)
    {
        JsonElement json = ToolRun.InProcess("", "decode", "--json", opcode).ParseObjects().Single();
        JsonElement example = JsonDocument.Parse(DocumentedLine).RootElement;

        json.GetProperty("status").GetString().Should().Be(status);
        json.EnumerateObject().Select(property => property.Name)
            .Should().Equal(example.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void Opcodes_are_read_from_standard_input_one_a_line()
    {
        ToolRun run = ToolRun.InProcess("\uFEFF0xF9400041\r\n\n  b9400041 \nd503201f", "decode", "-", "--json");
        run.ParseObjects().Select(json => json.GetProperty("opcode").GetString())
            .Should().Equal("0xf9400041", "0xb9400041", "0xd503201f");
    }

    [Fact]
    public void Text_for_people_says_instruction_size_and_reasons() =>
        ToolRun.InProcess("", "decode", "a8c10440").Output.Should()
            .Be("0xa8c10440  ldp x0, x1, [x2], #16             load, 2 x 8 bytes; ISV=0: pair, writeback\n");

    [Theory]
    [InlineData("zz")]
    [InlineData("0x")]
    [InlineData("123456789")]
    [InlineData("-1")]
    [InlineData("--frobnicate")]
    [InlineData("+1")]
    public void An_argument_that_is_no_opcode_is_refused(string argument) =>
        ToolRun.InProcess("", "decode", "f9400041", argument).IsRefusal.Should().BeTrue();

    [Fact]
    public void A_bad_line_is_named_and_the_lines_before_it_are_answered()
    {
        ToolRun run = ToolRun.InProcess("f9400041\n\nnonsense\nf9400041\n", "decode", "-");
        run.ExitCode.Should().Be(2);
        run.Lines.Should().HaveCount(1);
        run.Error.Should().Be("mmiodecode: line 3: 'nonsense' is not an opcode: 8 hexadecimal digits are expected\n");
    }

    [Theory]
    [InlineData("--set", "a65")]
    [InlineData("--it", "maybe")]
    public void An_option_with_a_value_it_does_not_have_is_refused(string option, string value) =>
        ToolRun.InProcess("", "decode", option, value, "f9400041").IsRefusal.Should().BeTrue();

    [Fact]
    public void Output_that_nobody_reads_ends_the_tool_quietly()
    {
        using var error = new StringWriter();
        using var console = new ToolConsole(new MemoryStream(Encoding.UTF8.GetBytes("f9400041\n")), new ClosedPipe(), error);
        CommandLineTool.Run(["decode", "-"], console).Should().Be(0);
        error.ToString().Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData("yes f9400041 2> /dev/null | {0} decode - | head -n 1", "0xf9400041  ldr x1, [x2]                      load, 8 bytes; ISV=1\n", "0\n")]
    [InlineData("{0} decode f9400041 > /dev/full", "", "mmiodecode: cannot write the output: No space left on device\n2\n")]
    [InlineData("{0} decode --help > /dev/full", "", "mmiodecode: cannot write the output: No space left on device\n2\n")]
    [InlineData("{0} decode f9400041 >&-", "", "mmiodecode: cannot write the output: Access to the path is denied.\n2\n")]
    [InlineData("errors=/dev/full; {0} decode zz", "", "2\n")]
    public void A_reader_that_goes_and_a_full_disk_are_noticed(string command, string output, string error)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "it is about a shell's pipes, and /dev/full");
        string tool = $"""{"{"} dotnet '{typeof(CommandLineTool).Assembly.Location}' "$@" 2> "$errors"; echo $? >&2; {"}"}""";
        ChildProcess.Result<string> result = ChildProcess.Run(
            "sh",
            ["-c", $"errors=/dev/stderr; tool() {tool}; {string.Format(CultureInfo.InvariantCulture, command, "tool")}"],
            static _ => { },
            static stream => new StreamReader(stream).ReadToEnd(),
            TimeSpan.FromMinutes(1));
        (result.Output, result.Error).Should().Be((output, error));
    }

    [Fact]
    public void An_answer_is_there_before_the_next_question_is_asked()
    {
        using var output = new MemoryStream();
        using var input = new Questions(output);
        using var console = new ToolConsole(input, output, TextWriter.Null);
        CommandLineTool.Run(["decode", "-"], console).Should().Be(0);
        input.LinesAnsweredAtEachRead.Should().Equal(0, 1, 2);
    }

    private static string Size(JsonElement json)
    {
        JsonElement size = json.GetProperty("elementSize");
        JsonElement count = json.GetProperty("elementCount");
        JsonElement total = json.GetProperty("totalSize");
        if (size.ValueKind == JsonValueKind.Null)
        {
            count.ValueKind.Should().Be(JsonValueKind.Null);
            total.ValueKind.Should().Be(JsonValueKind.Null);
            return "?";
        }

        if (count.ValueKind == JsonValueKind.Null)
        {
            total.ValueKind.Should().Be(JsonValueKind.Null);
            return $"{size}x?";
        }

        total.GetInt32().Should().Be(size.GetInt32() * count.GetInt32());
        return $"{size}x{count}";
    }
}
