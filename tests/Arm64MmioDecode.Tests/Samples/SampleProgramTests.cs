using System;
using System.IO;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Samples;

/// <summary>The programs in docs/samples do what their expected.txt and the guides say.</summary>
public sealed class SampleProgramTests
{
    [Theory]
    [InlineData("ToyHypervisor", "own-hypervisor.md")]
    [InlineData("Emulator", "emulator.md")]
    [InlineData("Emulator", "emulator.md", "--big-endian")]
    [InlineData("AsyncDevice", "devices-elsewhere.md")]
    public void A_sample_prints_what_is_expected(string name, string guide, params string[] arguments)
    {
        string output = Run(name, arguments);

        output.Should().Be(Text("samples", name, "expected.txt"));
        string[] said = Text("guides", guide).Split("```text\n");
        said.Should().HaveCount(2, "a guide says what its sample prints");
        output.Should().Contain(said[1][..said[1].IndexOf("```", StringComparison.Ordinal)]);
    }

    private static string Text(params string[] path) => File.ReadAllText(Repository.File(["docs", .. path])).ReplaceLineEndings("\n");

    private static string Run(string name, string[] arguments)
    {
        // Beside the tests, in the same configuration: artifacts/bin/NAME/debug.
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string program = Path.Combine(AppContext.BaseDirectory, "..", "..", name, configuration, name + ".dll");
        ChildProcess.Result<string> result = ChildProcess.Run("dotnet", [program, .. arguments]);
        result.ExitCode.Should().Be(0, result.Error);
        return result.Output.ReplaceLineEndings("\n");
    }
}
