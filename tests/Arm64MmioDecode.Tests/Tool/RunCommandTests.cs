using System;
using System.IO;
using Arm64MmioDecode.Tests.Tooling;
using Arm64MmioDecode.Tool;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

public sealed class RunCommandTests : IDisposable
{
    private readonly string _library = Path.GetTempFileName();

    public void Dispose() => File.Delete(_library);

    [SkippableFact]
    public void A_program_is_executed_with_the_library_and_its_arguments()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "LD_PRELOAD is Linux's.");

        // What is no library is ignored by the dynamic linker, with a line on standard error.
        ToolRun run = ToolRun.AsProcess("", "run", "--library", _library, "--", "sh", "-c", "echo \"$LD_PRELOAD\" \"$1\"; exit 7", "-", "--json");

        run.ExitCode.Should().Be(7);
        run.Output.Trim().Should().Be($"{_library} --json");
    }

    [SkippableFact]
    public void It_gets_signals_and_environment_as_they_were()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "LD_PRELOAD is Linux's.");
        const string Look = "grep SigIgn /proc/self/status; env | grep -a ^STRANGE= | od -An -tx1";
        string tool = $"dotnet '{typeof(CommandLineTool).Assembly.Location}' run --library '{_library}' --";
        ChildProcess.Result<string> result = ChildProcess.Run("sh", "-c", $"STRANGE=$(printf '\\377'); export STRANGE; {Look}; {tool} sh -c '{Look}'");

        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(4, result.Error);
        lines[2..].Should().Equal(lines[..2]);
        lines[1].Should().EndWith("3d ff 0a");
    }

    [SkippableFact]
    public void A_program_that_is_missing_is_said()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "LD_PRELOAD is Linux's.");
        ToolRun run = ToolRun.InProcess("", "run", "--library", _library, "--", "/no/such/vmm");
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Match("*/no/such/vmm*No such file or directory*");
    }

    [Fact]
    public void A_library_that_is_missing_is_said()
    {
        ToolRun run = ToolRun.InProcess("", "run", "--library", "/no/such/library.so", "--", "true");
        run.IsRefusal.Should().BeTrue();
        run.Error.Should().Match(OperatingSystem.IsLinux() ? "*there is no file */no/such/library.so*" : "*needs Linux*");
    }

    [Fact]
    public void A_command_is_needed() => ToolRun.InProcess("", "run").ExitCode.Should().Be(2);
}
