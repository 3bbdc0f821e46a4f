using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>What docs/tool.md and the README say that the command prints.</summary>
public sealed class ToolGuideTests
{
    private static readonly string s_guide = File.ReadAllText(Repository.File("docs", "tool.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("decode", "decode", "--json", "a8c10440")]
    [InlineData("explain", "explain", "--json", "--esr", "92000007")]
    public void The_keys_of_an_answer_are_those_of_the_guide(string section, params string[] arguments) =>
        ToolRun.InProcess("", arguments).ParseObjects().Single().EnumerateObject().Select(property => property.Name)
            .Should().BeEquivalentTo(FirstColumn(section).SelectMany(Words));

    [Fact]
    public void The_guides_instruction_is_emulated_as_it_says()
    {
        string section = Section("emulate");
        string[] blocks = [.. Regex.Matches(section, "(?:^    .*\n)+", RegexOptions.Multiline).Select(block => block.Value)];
        blocks.Should().HaveCount(3, "the command, what goes in and what comes out");

        ToolRun.InProcess(OneLine(blocks[1]), "emulate").Lines.Should().Equal(OneLine(blocks[2]));

        static string OneLine(string block) => Regex.Replace(block, "\n? {4,}", "").Trim();
    }

    [Fact]
    public void The_guides_options_and_their_values_are_taken()
    {
        string[] rows = [.. Regex.Matches(Section("emulate"), @"^\| `.*\|$", RegexOptions.Multiline).Select(row => row.Value)];
        rows.Length.Should().BeGreaterThan(10);
        foreach (string[] columns in rows.Select(row => row.Split('|')))
        {
            foreach (string option in Words(columns[1]))
            {
                IEnumerable<string> values = columns[2].Contains('`')
                    ? Words(columns[2]).Select(word => $"\"{word}\"")
                    : Regex.Matches(columns[2], "[0-9]+|true|false").Select(match => match.Value);
                foreach (string value in values)
                {
                    string line = $$"""{"options":{"{{option}}":{{value}} },"opcode":"0xb9400040"}""";
                    ToolRun.InProcess(line, "emulate").IsRefusal.Should().BeFalse(line);
                }
            }
        }
    }

    [Fact]
    public void The_readmes_command_ends_as_it_says() =>
        File.ReadAllText(Repository.File("README.md")).Should()
            .Contain("    " + ToolRun.InProcess("", "replay", Repository.File("docs", "samples", "kvm-nisv-a64.jsonl")).Lines[^1]);

    private static string Section(string command) => Regex.Match(s_guide, $"^## {command}\n(.*?)(?=^## |\\z)", RegexOptions.Multiline | RegexOptions.Singleline).Groups[1].Value;

    private static IEnumerable<string> FirstColumn(string section) =>
        Regex.Matches(Section(section), @"^\| (`.*?) \|", RegexOptions.Multiline).Select(row => row.Groups[1].Value);

    private static IEnumerable<string> Words(string text) => Regex.Matches(text, "`([^`]*)`").Select(match => match.Groups[1].Value);
}
