using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tool;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>What cannot be used is refused in one line that says what and where, whichever command it is given to.</summary>
public sealed class BadInputTests
{
    private const string Exit = """{"opcode":"0xf9400041","esr_iss":"0x7","fault_ipa":"0x9000000","x":{"2":"0x9000000"}}""";

    [Theory]
    [InlineData("{\"opcode\":\"0xf9400041\",\"id\":\"\u00FF\"}", "line 1: the string at byte 29 is not valid Unicode")]
    [InlineData("{\"opcode\":\"\u00FF\"}", "line 1: the string at byte 11 is not valid Unicode")]
    [InlineData("{\"\u00FF\":1}", "line 1: the string at byte 2 is not valid Unicode")]
    [InlineData("""{"opcode":"0xf9400041","id":"\ud800"}""", "line 1: the string at byte 29 is not valid Unicode")]
    [InlineData("""{"opcode":"0xf9400041","\udc00":1}""", "line 1: the string at byte 24 is not valid Unicode")]
    [InlineData("""{"opcode":"0xf9400041","x":{"\ud800\ud800":"0x1"}}""", "line 1: the string at byte 29 is not valid Unicode")]
    [InlineData("""{"opcode":"0xf9400041\ud83d\ude00"}""", "line 1: '0xf9400041😀' is not an opcode: hexadecimal, up to 8 digits, is expected")]
    [InlineData("""{"opcode":"0xf9400041","id":"\u0041" """, "line 1: malformed JSON at byte 38")]
    [InlineData("{\"opcode\":\u00FF}", "line 1: malformed JSON at byte 11")]
    [InlineData("""{"opcode":"0xf94000411"}""", "line 1: '0xf94000411' is not an opcode: hexadecimal, up to 8 digits, is expected")]
    [InlineData("""{"opcode":"0xf9400041","x":{"7":"f00"}}""", "line 1: x.7: 'f00' is not a hexadecimal number \"0x…\" of up to 64 bits")]
    [InlineData("""{"opcode":"0xf9400041","x":{"r7":"0x0"}}""", "line 1: x: unknown register 'r7', 0 to 30 are known")]
    [InlineData("\n\n[]", "line 3: a JSON object is expected")]
    [InlineData("""{"opcode":"0xf9400041","opcode":"0xf9400042"}""", "line 1: the key 'opcode' is there twice")]
    [InlineData("""{"opcode":"0xf9400041","x":{"2":"0x1","3":"0x2","\u0032":"0x3"}}""", "line 1: the key '2' is there twice")]
    [InlineData("""{"opcode":null}""", "line 1: opcode is missing")]
    public void Emulate_and_replay_say_what_is_wrong_with_a_line(string input, string complaint)
    {
        // Latin-1: U+00FF becomes a byte that no UTF-8 text has; the text of the others is ASCII.
        byte[] bytes = Encoding.Latin1.GetBytes(input);
        foreach (string command in (string[])["emulate", "replay"])
        {
            Run(bytes, command, "-").Should().Be(new ToolRun(2, "", $"mmiodecode: {complaint}\n"));
        }
    }

    [Theory]
    [InlineData("zz", "line 1: 'zz' is not an opcode: 8 hexadecimal digits are expected")]
    [InlineData("f9400041 d503201f", "line 1: 'f9400041 d503201f' is not an opcode: 8 hexadecimal digits are expected")]
    [InlineData("\n\u001B[2J\u0007", "line 2: '?[2J?' is not an opcode: 8 hexadecimal digits are expected")]
    public void Decode_says_what_is_wrong_with_a_line(string input, string complaint) =>
        ToolRun.InProcess(input, "decode", "-").Should().Be(new ToolRun(2, "", $"mmiodecode: {complaint}\n"));

    [Theory]
    [InlineData("explain --esr 0x92000007 --ipa", "Required argument missing for option: '--ipa' (--help explains)")]
    [InlineData("explain --esr 0x92000007 --ipa zz", "--ipa: 'zz' is not a hexadecimal number of up to 64 bits (--help explains)")]
    [InlineData("explain --esr 0x92000007 --ipa zz --hpfar 0x1", "--ipa and --hpfar say the same: give one of them (--help explains)")]
    [InlineData("explain --esr 0x92000007 --ipa 0x1 --hpfar", "--ipa and --hpfar say the same: give one of them (--help explains)")]
    [InlineData("explain --esr 0x92000007 --ipa 0x1 --ipa 0x2", "Option '--ipa' expects a single argument but 2 were provided (--help explains)")]
    [InlineData("explain --esr 0x92000007 --ipa 0x1 --hpfar 0x1", "--ipa and --hpfar say the same: give one of them (--help explains)")]
    [InlineData("explain --esr 0x92000007 --frobnicate", "unknown command or option '--frobnicate'")]
    [InlineData("emulate --frobnicate", "unknown option '--frobnicate' (--help explains)")]
    [InlineData("replay --frobnicate", "unknown option '--frobnicate' (--help explains)")]
    [InlineData("replay a b", "unknown command or option 'b'")]
    [InlineData("explain 0x92000047", "unknown command or option '0x92000047'; did you mean --esr 0x92000047?")]
    [InlineData("explain -", "unknown command or option '-'; did you mean --dump -?")]
    [InlineData("explain --ESR 0x92000047", "unknown command or option '--ESR'; did you mean --esr?")]
    [InlineData("explain --esr 0x92000047 --hpfra 0x1", "unknown command or option '--hpfra'; did you mean --hpfar?")]
    [InlineData("decode --jsn f9400041", "unknown option '--jsn'; did you mean --json? (--help explains)")]
    [InlineData("decoed f9400041", "unknown command or option 'decoed'; did you mean decode?")]
    [InlineData("explain --esr 2449473607", "--esr: '2449473607' looks like a decimal number: write 0x92000047 for it, or 0x2449473607 if it is hexadecimal (--help explains)")]
    [InlineData("decode f940041", "'f940041' is not an opcode: 8 hexadecimal digits are expected")]
    [InlineData("decode --set a32 590000", "'590000' is not an opcode: 8 hexadecimal digits are expected")]
    [InlineData("decode --it eq f9400041", "--it concerns T32 only: add --set t32 (--help explains)")]
    [InlineData("decode --it eq --set A32 e5900000", "--it concerns T32 only: add --set t32 (--help explains)")]
    [InlineData("decode --set thumbs 6810", "--set is a64, a32 or t32 (or aarch64, arm, thumb), not 'thumbs' (--help explains)")]
    [InlineData("emulate /", "cannot read '/': it is a directory")]
    public void A_command_line_that_cannot_be_used_is_said_to_be_so(string arguments, string complaint)
    {
        ToolRun run = ToolRun.InProcess("", arguments.Split(' '));
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Be($"mmiodecode: {complaint}\n");
    }

    [Theory]
    [InlineData("emulate")]
    [InlineData("replay")]
    public void A_file_that_cannot_be_read_is_named(string command)
    {
        ToolRun run = ToolRun.InProcess("", command, "/nowhere/input.jsonl");
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().StartWith("mmiodecode: cannot read '/nowhere/input.jsonl': ");
    }

    [Theory]
    [InlineData("--elf /nowhere/vmlinux")]
    [InlineData("--memory /nowhere/ram@0")]
    [InlineData("--pc 0 --memory /nowhere/ram@0 --opcode a8c10440")]
    [InlineData("--tables /nowhere/ram@0 --tcr 0 --ttbr0 0")]
    public void A_file_that_explain_does_not_need_is_named_all_the_same(string arguments)
    {
        ToolRun run = ToolRun.InProcess("", ["explain", "--esr", "92000007", .. arguments.Split(' ')]);
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().StartWith("mmiodecode: cannot read '/nowhere/");
    }

    [Fact]
    public void A_file_that_is_no_program_is_named_where_no_PC_is_known()
    {
        ToolRun run = ToolRun.InProcess("", "explain", "--esr", "92000007", "--elf", Path.ChangeExtension(typeof(BadInputTests).Assembly.Location, ".deps.json"));
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().EndWith("is no program of a known format\n");
    }

    [SkippableTheory]
    [InlineData("decode -", "line 1: cannot read the input: standard input is closed")]
    [InlineData("emulate", "line 1: cannot read the input: standard input is closed")]
    [InlineData("scan -", "cannot read '-': standard input is closed")]
    public void Standard_input_that_is_closed_is_said_to_be_so(string arguments, string complaint)
    {
        Skip.If(OperatingSystem.IsWindows(), "The shell's way to close a descriptor");
        ChildProcess.Result<string> run = ChildProcess.Run(
            "sh",
            ["-c", $"exec dotnet \"$0\" {arguments} <&-", typeof(CommandLineTool).Assembly.Location],
            static _ => { },
            static stream => new StreamReader(stream).ReadToEnd(),
            TimeSpan.FromMinutes(1));
        run.Should().Be(new ChildProcess.Result<string>(2, "", $"mmiodecode: {complaint}\n"));
    }

    [Fact]
    public void Input_that_breaks_off_is_said_with_its_line()
    {
        using var error = new StringWriter();
        using var output = new MemoryStream();
        using var console = new ToolConsole(new BrokenInput("f9400041\n"), output, error);

        CommandLineTool.Run(["decode", "-"], console).Should().Be(2);

        error.ToString().Should().Be("mmiodecode: line 2: cannot read the input: The cable is gone\n");
        Encoding.UTF8.GetString(output.ToArray()).Should().StartWith("0xf9400041 ").And.EndWith("\n");
    }

    [Fact]
    public void A_line_without_an_end_is_refused_when_it_gets_too_long()
    {
        using var error = new StringWriter();
        using var console = new ToolConsole(new EndlessInput(), new MemoryStream(), error);

        CommandLineTool.Run(["decode", "-"], console).Should().Be(2);

        error.ToString().Should().Be("mmiodecode: line 1: longer than 67108864 bytes\n");
    }

    [Fact]
    public void Whatever_the_input_the_tool_answers_or_refuses_in_one_line()
    {
        var random = new Random(1);
        string[] samples = [Exit, .. File.ReadLines(Repository.File("docs", "samples", "kvm-nisv-a64.jsonl"))];
        for (int i = 0; i < 1500; i++)
        {
            byte[] input = Mutated(Encoding.UTF8.GetBytes(samples[random.Next(samples.Length)]), random);
            string command = random.Next(2) == 0 ? "emulate" : "replay";

            ToolRun run = Run(input, command, "-");

            run.ExitCode.Should().BeInRange(0, 2, "of {0}, which says {1}", Convert.ToBase64String(input), run.Error);
            string error = run.Error.StartsWith("mmiodecode: warning: ") ? run.Error[(run.Error.IndexOf('\n') + 1)..] : run.Error;
            (run.ExitCode == 2 ? (run with { Error = error }).IsRefusal : error.Length == 0).Should().BeTrue("of {0}", Convert.ToBase64String(input));
        }
    }

    [Fact]
    public void Whatever_the_arguments_the_tool_answers_or_refuses_in_one_line()
    {
        string[] commands = ["decode", "emulate", "explain", "replay"];
        string[] words =
        [
            "--esr", "--far", "--ipa", "--hpfar", "--opcode", "--set", "--it", "--json", "--json=maybe", "--help", "--version", "-", "--", "-x", "", "a64",
            "t32", "eq", "0x92000047", "ffffffffffffffff", "10000000000000000", "0x", "zz", "f9400041", "6848", "@file", "[x]", "/dev/null", "\n",
        ];
        var random = new Random(2);
        for (int i = 0; i < 1500; i++)
        {
            string[] arguments = [commands[random.Next(commands.Length)], .. Enumerable.Range(0, random.Next(7)).Select(_ => words[random.Next(words.Length)])];

            ToolRun run = ToolRun.InProcess("", arguments);

            string text = string.Join('|', arguments);
            run.ExitCode.Should().BeInRange(0, 2, "of {0}, which says {1}", text, run.Error);
            (run.ExitCode == 2 ? run.IsRefusal : run.Error.Length == 0).Should().BeTrue("of {0}, which says {1}", text, run.Error);
        }
    }

    private static ToolRun Run(byte[] input, params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var console = new ToolConsole(new MemoryStream(input), output, error);
        int exitCode = CommandLineTool.Run(arguments, console);
        return new ToolRun(exitCode, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }

    private static byte[] Mutated(byte[] line, Random random)
    {
        var bytes = new List<byte>(line);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, "{}[]\",:0xf-1\\u\n"u8[random.Next(15)]);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(20, bytes.Count - at))));
                    break;
            }
        }

        return [.. bytes];
    }
}
