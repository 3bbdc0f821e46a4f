extern alias TableCompiler;

using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Encodings;

public sealed class ConformanceDocumentTests
{
    [Fact]
    public void The_counts_of_the_document_are_those_of_the_rows()
    {
        string document = File.ReadAllText(Repository.File("docs", "conformance.md"));
        string counts = document[document.IndexOf(ConformanceReport.Begin, System.StringComparison.Ordinal)..document.IndexOf(ConformanceReport.End, System.StringComparison.Ordinal)];
        Dictionary<string, (int Arm, int Decoded)> documented = Regex.Matches(counts, @"^\| ([^*|]+(?:\\\|\\\|[^*|]+)?) \| (\d+) \| (\d+) \|$", RegexOptions.Multiline)
            .ToDictionary(match => match.Groups[1].Value.Replace("\\|", "|", System.StringComparison.Ordinal), match => (Number(match.Groups[2]), Number(match.Groups[3])));
        List<EncodingRow> rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows;

        documented.Count.Should().BeGreaterThan(30);
        documented.Values.Should().OnlyContain(count => count.Arm == count.Decoded, "every encoding that Arm defines is decoded");
        foreach ((string feature, (int _, int decoded)) in documented)
        {
            // The alias DC is one encoding with a row, and a feature, for each operation.
            string name = feature == "(base)" ? "" : feature;
            int other = rows.Where(row => row.Feature == name && !row.Name.StartsWith("DC_", System.StringComparison.Ordinal)).Select(row => row.Name).Distinct().Count();
            decoded.Should().Be(other + (feature == "(base)" ? 1 : 0), "of {0}", feature);
        }
    }

    [Fact]
    public void The_AArch32_counts_of_the_document_are_those_of_the_rows()
    {
        string document = File.ReadAllText(Repository.File("docs", "conformance-aarch32.md"));
        MatchCollection counts = Regex.Matches(document, @"^\| (A32|T32) \| ([^*|]+) \| (\d+) \| (\d+) \|$", RegexOptions.Multiline);

        counts.Count.Should().Be(4);
        foreach (Match count in counts)
        {
            string feature = count.Groups[2].Value == "(base)" ? "" : count.Groups[2].Value;
            List<EncodingRow> rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{count.Groups[1].Value}.encodings"), registerWidth: 4).Rows;

            // The rows of MCR are operations of one encoding that is no memory access as such.
            int decoded = rows.Count(row => row.Feature == feature && !row.IsHint && !row.Name.StartsWith("MCR_", System.StringComparison.Ordinal));
            Number(count.Groups[3]).Should().Be(decoded);
            Number(count.Groups[4]).Should().Be(decoded);
        }
    }

    private static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
}
