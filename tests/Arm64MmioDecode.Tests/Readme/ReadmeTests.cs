using System.IO;
using System.Reflection;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Readme;

/// <summary>The README of the repository, and that of the package, which a reader sees without a clone.</summary>
public sealed class ReadmeTests
{
    private const string PackageReadme = "src/Arm64MmioDecode/README.md";

    [Theory]
    [InlineData("README.md")]
    [InlineData(PackageReadme)]
    public void The_first_sample_is_a_whole_program_and_prints_what_the_text_says(string document)
    {
        Match sample = Regex.Match(Text(document), "```csharp\n(.*?)```.*?```text\n(.*?)```", RegexOptions.Singleline);

        sample.Groups[1].Value.Should().Be(Text("docs/samples/FirstExit/Program.cs"));
        ChildProcess.Run("dotnet", ["exec", Assembly.Load("FirstExit").Location]).Output.ReplaceLineEndings("\n").Should().Be(sample.Groups[2].Value);
    }

    [Fact]
    public void Every_document_is_linked()
    {
        string readme = Text("README.md");
        foreach (string path in Directory.EnumerateFiles(Repository.File("docs"), "*.md"))
        {
            readme.Should().Contain($"(docs/{Path.GetFileName(path)})");
        }
    }

    [Fact]
    public void The_readme_of_a_package_needs_no_clone()
    {
        foreach (string path in Directory.EnumerateFiles(Repository.File("src"), "README.md", SearchOption.AllDirectories))
        {
            string text = File.ReadAllText(path);
            text.Should().MatchRegex("dotnet (add package|tool install --global) Arm64MmioDecode");
            Regex.Matches(text, @"\]\((?!https:)|`(docs|src|tests)/").Should().BeEmpty("of {0}", path);
        }
    }

    [Fact]
    public void Every_guide_is_linked_from_the_index()
    {
        string index = File.ReadAllText(Repository.File("docs", "index.md"));
        foreach (string path in Directory.EnumerateFiles(Repository.File("docs", "guides"), "*.md"))
        {
            index.Should().Contain($"(guides/{Path.GetFileName(path)})");
        }
    }

    private static string Text(string document) => File.ReadAllText(Repository.File(document)).ReplaceLineEndings("\n");
}
