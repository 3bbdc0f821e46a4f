using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tool;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>Text is coloured on a terminal, and nowhere else (docs/tool.md).</summary>
public sealed partial class ColourTests
{
    private const string Bold = "\e[1m";
    private const string Green = "\e[32m";
    private const string Red = "\e[31m";
    private const string Reset = "\e[0m";

    private static readonly string[] s_explain = ["explain", "--esr", "92000007", "--opcode", "a8c10440"];

    public static TheoryData<string> Commands => new()
    {
        string.Join(' ', s_explain),
        "explain --esr 92000047 --opcode a8c10440",
        "decode a8c10440",
        "replay docs/samples/kvm-nisv-a64.jsonl",
        "scan docs/samples/driver.o",
        "scan --rank docs/samples/driver.o",
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void Colours_are_all_that_a_terminal_changes(string command)
    {
        string[] arguments = [.. command.Split(' ').Select(word => word.StartsWith("docs/", StringComparison.Ordinal) ? Repository.File(word) : word)];
        string plain = Run(arguments, colour: false);
        string coloured = Run(arguments, colour: true);

        plain.Should().NotContain("\e");
        Style().Replace(coloured, "$2").Should().Be(plain, "each style ends before the next and on its line, and nothing else differs");
    }

    [Fact]
    public void Headings_are_bold_and_what_agrees_is_green_and_what_does_not_is_red()
    {
        Run(s_explain, colour: true).Should().StartWith($"{Bold}Syndrome 0x92000007{Reset}\n").And.Contain($"{Green}Instruction and syndrome agree.{Reset}\n");
        Run(["explain", "--esr", "92000047", "--opcode", "a8c10440"], colour: true).Should().Contain($"{Red}Instruction and syndrome do not agree:{Reset}\n");
    }

    [Fact]
    public void Json_has_no_colours() => Run([.. s_explain, "--json"], colour: true).Should().NotContain("\e");

    [SkippableTheory]
    [InlineData(null, null, true)]
    [InlineData("NO_COLOR", "", true)] // https://no-color.org: when it is not empty
    [InlineData("NO_COLOR", "1", false)]
    [InlineData("TERM", "dumb", false)]
    public void On_a_terminal_text_is_coloured_unless_the_environment_says_no(string? variable, string? value, bool isColoured)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "it needs script of util-linux");
        string script = ExternalTool.Require("script", "bsdutils");
        var arguments = new List<string> { "TERM=xterm", "NO_COLOR=" };
        if (variable is not null)
        {
            arguments.Add($"{variable}={value}");
        }

        // script gives the command a terminal of its own, and copies what it shows.
        string command = $"dotnet '{typeof(CommandLineTool).Assembly.Location}' {string.Join(' ', s_explain)}";
        ChildProcess.Result<string> result = ChildProcess.Run("env", [.. arguments, script, "--quiet", "--return", "--command", command, "/dev/null"]);

        result.ExitCode.Should().Be(0);
        result.Output.Should().Contain("Syndrome 0x92000007");
        result.Output.Contains(Bold + "Syndrome", StringComparison.Ordinal).Should().Be(isColoured);
    }

    [Fact]
    public void Into_a_pipe_text_is_plain() => ToolRun.AsProcess("", s_explain).Output.Should().StartWith("Syndrome").And.NotContain("\e");

    private static string Run(string[] arguments, bool colour)
    {
        using var output = new MemoryStream();
        using var error = new StringWriter();
        using var console = new ToolConsole(new MemoryStream(), output, error, colour);
        CommandLineTool.Run(arguments, console).Should().Be(0, error.ToString());
        return Encoding.UTF8.GetString(output.ToArray());
    }

    [GeneratedRegex(@"(\e\[(?:1|31|32)m)([^\e\n]*)\e\[0m")]
    private static partial Regex Style();
}
