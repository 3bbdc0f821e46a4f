extern alias TableCompiler;

using System.Collections.Generic;
using System.IO;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Encodings;

public sealed class EncodingTableTests
{
    private static readonly string s_folder = Repository.File("src", "Arm64MmioDecode", "Encodings");

    [Fact]
    public void Generated_tables_are_those_of_the_encodings_files()
    {
        foreach ((string path, string text) in TableCompilation.Compile(s_folder))
        {
            File.ReadAllText(path).Should().Be(text, "{0} is compiled from the encodings: run dotnet run --project src/Arm64MmioDecode.TableCompiler", Path.GetFileName(path));
        }
    }

    [Theory]
    [InlineData("A64", 5)]
    [InlineData("A32", 4)]
    [InlineData("T32", 4)]
    public void Two_rows_are_disjoint_or_one_is_a_special_case_of_the_other(string set, int registerWidth)
    {
        List<EncodingRow> rows = EncodingsFile.Read(Path.Combine(s_folder, $"{set}.encodings"), registerWidth).Rows;
        var ambiguous = new List<string>();
        for (int i = 0; i < rows.Count; i++)
        {
            for (int j = i + 1; j < rows.Count; j++)
            {
                if (!rows[i].Words.IsDisjointFrom(rows[j].Words) && !SpecialCase(rows[i], rows[j]) && !SpecialCase(rows[j], rows[i]))
                {
                    ambiguous.Add($"{rows[i].Name} and {rows[j].Name}");
                }
            }
        }

        // The lookup leads to the row with more fixed bits, which suffices when all overlaps are of this kind.
        ambiguous.Should().BeEmpty();
    }

    private static bool SpecialCase(EncodingRow narrow, EncodingRow wide) =>
        (narrow.Pattern.Mask & wide.Pattern.Mask) == wide.Pattern.Mask && narrow.Pattern.Mask != wide.Pattern.Mask;
}
