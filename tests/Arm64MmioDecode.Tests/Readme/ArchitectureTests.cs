using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Readme;

/// <summary>What docs/architecture.md says of the folders.</summary>
public sealed class ArchitectureTests
{
    private const string Library = "src/Arm64MmioDecode";

    // Holds no code of the library's own.
    private const string Compatibility = "Compatibility";

    private static readonly string s_document = File.ReadAllText(Repository.File("docs/architecture.md")).ReplaceLineEndings("\n");

    // Of the section "Folders", from the first to the last.
    private static readonly string[] s_folders = [.. Names(Section("Folders"), "^\\| `([A-Za-z]+)`")];

    [Fact]
    public void Every_folder_of_the_library_is_listed() =>
        Directory.EnumerateDirectories(Repository.File(Library)).Select(path => Path.GetFileName(path)!)
            .Where(folder => folder is not (Compatibility or "bin" or "obj")).Should().BeEquivalentTo(s_folders);

    [Fact]
    public void A_folder_uses_only_those_above_it()
    {
        foreach (string file in s_folders.SelectMany(folder => Directory.EnumerateFiles(Repository.File($"{Library}/{folder}"), "*.cs", SearchOption.AllDirectories)))
        {
            string folder = Path.GetRelativePath(Repository.File(Library), file).Split('/', '\\')[0];
            IEnumerable<string> used = Names(File.ReadAllText(file), "^using Arm64MmioDecode\\.([A-Za-z]+);");
            used.Where(name => Array.IndexOf(s_folders, name) > Array.IndexOf(s_folders, folder) && (folder, name) != ("Encodings", "Descriptors"))
                .Should().BeEmpty("of {0}", file);
        }
    }

    [Fact]
    public void Where_a_rule_is_said_to_be_there_is_a_file()
    {
        string[] files = [.. Directory.EnumerateFiles(Repository.File($"{Library}/Emulation"), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.File($"{Library}/Emulation"), path).Replace('\\', '/'))];

        string[] named = [.. Names(s_document, "`((?:Families|Sequence)/[A-Za-z0-9/]+)`")];

        named.Should().NotBeEmpty();
        named.Where(name => !files.Contains(name + ".cs")).Should().BeEmpty();
    }

    private static string Section(string heading)
    {
        string rest = s_document[(s_document.IndexOf($"## {heading}\n", StringComparison.Ordinal) + 1)..];
        return rest[..rest.IndexOf("\n## ", StringComparison.Ordinal)];
    }

    private static IEnumerable<string> Names(string text, string pattern) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline).Select(match => match.Groups[1].Value);
}
