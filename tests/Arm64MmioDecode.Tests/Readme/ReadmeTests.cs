using System;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Readme;

public sealed class ReadmeTests
{
    private static readonly string s_readme = File.ReadAllText(Repository.File("README.md")).ReplaceLineEndings("\n");

    [Theory]
    [InlineData("// example\n", "// end\n")]
    [InlineData("// device\n", "// end of device\n")]
    public void The_example_is_the_code_that_the_tests_compile(string begin, string end)
    {
        string source = File.ReadAllText(Repository.File("tests", "Arm64MmioDecode.Tests", "Readme", "ReadmeExample.cs")).ReplaceLineEndings("\n");
        int from = source.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        string[] lines = source[from..source.IndexOf(end, from, StringComparison.Ordinal)].TrimEnd().Split('\n');
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);

        s_readme.Should().Contain(string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : "")));
    }

    [Fact]
    public void The_example_prints_what_the_readme_says()
    {
        var output = new StringWriter { NewLine = "\n" };

        ReadmeExample.Run(output);

        s_readme.Should().Contain(output.ToString());
    }

    [Fact]
    public void Every_document_is_linked()
    {
        foreach (string path in Directory.EnumerateFiles(Repository.File("docs"), "*.md"))
        {
            s_readme.Should().Contain($"(docs/{Path.GetFileName(path)})");
        }
    }
}
