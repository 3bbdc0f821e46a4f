using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--help")]
    [InlineData("decode", "--help")]
    public void Help_is_everywhere(params string[] arguments)
    {
        ToolRun run = ToolRun.InProcess("", arguments);
        run.ExitCode.Should().Be(0);
        run.Output.Should().Contain("Usage:");
        run.Error.Should().BeEmpty();
    }

    [Fact]
    public void The_version_is_printed() =>
        ToolRun.AsProcess("", "--version").Should().Match<ToolRun>(run => run.ExitCode == 0 && run.Output.StartsWith("1.0.0"));

    [Theory]
    [InlineData]
    [InlineData("frobnicate")]
    [InlineData("--frobnicate")]
    [InlineData("decode")]
    [InlineData("decode", "--set")]
    [InlineData("decode", "@/etc/passwd")]
    public void A_command_line_that_makes_no_sense_is_refused_in_one_line(params string[] arguments) =>
        ToolRun.InProcess("", arguments).IsRefusal.Should().BeTrue();

    [Fact]
    public void The_real_process_refuses_in_one_line_too() =>
        ToolRun.AsProcess("", "decode", "--frobnicate", "0").Should()
            .Match<ToolRun>(run => run.IsRefusal && run.Error == "mmiodecode: unknown option '--frobnicate' (--help explains)\n");
}
