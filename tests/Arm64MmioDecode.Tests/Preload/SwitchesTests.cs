using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Preload;

/// <summary>The preload library's switches and its structures, which C and C# share, are said once each and the same.</summary>
public sealed partial class SwitchesTests
{
    private static readonly string s_guide = File.ReadAllText(Repository.File("docs", "preload.md"));
    private static readonly string s_header = Front("front.h");

    [Fact]
    public void The_guide_has_every_switch_with_its_values()
    {
        string[] names = [.. SwitchName().Matches(Front("settings.c")).Select(match => match.Groups[1].Value)];
        names.Should().HaveCountGreaterThan(4);
        foreach (Match line in SwitchLine().Matches(Front("settings.c")))
        {
            string row = s_guide.Split('\n').Single(text => text.StartsWith($"| `{line.Groups[1].Value}`", System.StringComparison.Ordinal));
            foreach (Match value in Value().Matches(line.Groups[2].Value))
            {
                row.Should().Contain($"`{value.Groups[1].Value}`");
            }
        }
    }

    [Theory]
    [InlineData("enum setting", "SETTING_", "enum Settings")]
    [InlineData("enum counter", "COUNT_", "enum Counter")]
    [InlineData("enum kernel_access", "ACCESS_", "enum KernelAccess")]
    public void Both_halves_have_the_same_constants(string ours, string prefix, string theirs)
    {
        string managed = File.ReadAllText(Repository.File("src", "Arm64MmioDecode.Kvm.Preload", "FrontCpu.cs"));
        string[] c = [.. Regex.Matches(Body(s_header, ours), $"{prefix}([A-Z0-9_]+)").Select(match => match.Groups[1].Value.Replace("_", "", System.StringComparison.Ordinal))];
        string[] names = [.. Regex.Matches(Body(managed, theirs), @"^\s+(\w+)( = |,)", RegexOptions.Multiline).Select(match => match.Groups[1].Value.ToUpperInvariant()).Where(name => name != "NONE")];

        names.Should().Equal(c);
    }

    private static string Front(string name) => File.ReadAllText(Repository.File("src", "Arm64MmioDecode.Kvm.Preload", "front", name));

    private static string Body(string text, string begin)
    {
        int from = text.IndexOf(begin, System.StringComparison.Ordinal);
        return text[from..text.IndexOf('}', from)];
    }

    [GeneratedRegex("\"(ARM64MMIODECODE_[A-Z]+)\", {")]
    private static partial Regex SwitchName();

    [GeneratedRegex("{ \"(ARM64MMIODECODE_[A-Z]+)\", {(.*)} },")]
    private static partial Regex SwitchLine();

    [GeneratedRegex("{ \"([a-z]+)\",")]
    private static partial Regex Value();
}
