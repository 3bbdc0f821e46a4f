using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Readme;

/// <summary>What all documents promise: code that compiles, links that lead somewhere, and tests and files that exist.</summary>
public sealed class DocumentTests
{
    private static readonly string s_code = Normalize(string.Concat(
        new[] { Repository.File("tests"), Repository.File("docs", "samples") }
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText)));

    private static readonly ILookup<string, Type> s_types = new[] { typeof(ExitHandler), typeof(KvmExitHandler), typeof(FileScanner) }
        .SelectMany(type => type.Assembly.GetExportedTypes()).ToLookup(type => type.Name);

    public static TheoryData<string> Documents =>
    [
        "README.md",
        "CHANGELOG.md",
        .. Directory.EnumerateDirectories(Repository.File("src")).Select(path => $"src/{Path.GetFileName(path)}/README.md")
            .Where(path => File.Exists(Repository.File(path))).Order(StringComparer.Ordinal),
        .. Directory.EnumerateFiles(Repository.File("docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.File("."), path).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_block_of_code_is_compiled_by_a_test(string document)
    {
        foreach (Match block in Regex.Matches(Text(document), "```csharp\n(using [A-Za-z0-9.]+;\n)*(.*?)```", RegexOptions.Singleline))
        {
            s_code.Contains(Normalize(block.Groups[2].Value), StringComparison.Ordinal).Should().BeTrue("of {0}", block.Value);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_somewhere(string document)
    {
        foreach (Match link in Regex.Matches(Text(document), @"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)"))
        {
            string target = link.Groups[1].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, link.Groups[1].Value);
            File.Exists(Repository.File(target)).Should().BeTrue("of {0}", link.Value);
            if (link.Groups[2].Success)
            {
                Anchors(target).Should().Contain(link.Groups[2].Value);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_test_and_every_file_that_is_named_exists(string document)
    {
        string text = Text(document);
        foreach (string test in Regex.Matches(text, "`([A-Za-z0-9]+Tests)`").Select(match => match.Groups[1].Value))
        {
            Regex.IsMatch(s_code, $@"\bclass {test}\b").Should().BeTrue("of {0}", test);
        }

        foreach (string path in Regex.Matches(text, "`((?:docs|src|tests)/[^` …]+)`").Select(match => match.Groups[1].Value))
        {
            string full = Repository.File(path);
            (File.Exists(full) || Directory.Exists(full)).Should().BeTrue("of {0}", path);
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_member_of_a_type_that_is_named_exists(string document)
    {
        foreach (Match name in Regex.Matches(Text(document), @"`[^`\n]*?\b([A-Z][A-Za-z0-9]+)\.([A-Z][A-Za-z0-9]+)\b[^`\n]*`"))
        {
            Type[] types = [.. s_types[name.Groups[1].Value]];
            if (types.Length != 0)
            {
                types.Any(type => type.GetMember(name.Groups[2].Value).Length != 0).Should().BeTrue("of {0}", name.Value);
            }
        }
    }

    private static string Text(string document) => File.ReadAllText(Repository.File(document)).ReplaceLineEndings("\n");

    // As GitHub makes them of headings.
    private static IEnumerable<string> Anchors(string document) => Regex.Matches(Text(document), "^#+ (.*)$", RegexOptions.Multiline)
        .Select(heading => Regex.Replace(heading.Groups[1].Value.ToLowerInvariant(), "[^a-z0-9 _-]", "").Replace(' ', '-'));

    private static string Normalize(string text) => Regex.Replace(text, @"\s+", " ").Trim();
}
