using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>Findings for people, those first that are likely to access a device; summaries of files come as in the other list.</summary>
internal sealed class RankedTextReport : IScanReport
{
    /// <summary>How many are kept for the end, the likeliest of all files.</summary>
    public const int Limit = 10_000;

    private readonly OutputBuffer _output;
    private readonly TextScanReport _summaries;
    private readonly FindingRanker _ranker;

    // The least likely first; of equals the last found.
    private readonly PriorityQueue<string, (int Score, long Order)> _best = new();
    private string _file = "";
    private long _count;

    public RankedTextReport(OutputBuffer output, TextStyle style, FindingRanker ranker)
    {
        _output = output;
        _summaries = new TextScanReport(output, style);
        _ranker = ranker;
    }

    public void BeginFile(string file)
    {
        _file = Quoted.Printable(file, int.MaxValue);
        _summaries.BeginFile(file);
    }

    public void Add(in Finding finding)
    {
        FindingRank rank = _ranker.Rank(in finding);
        var priority = (rank.Score, -_count++);
        if (_best.Count < Limit)
        {
            _best.Enqueue(Describe(in finding, rank), priority);
        }
        else if (_best.TryPeek(out _, out (int Score, long Order) least) && priority.CompareTo(least) > 0)
        {
            _best.DequeueEnqueue(Describe(in finding, rank), priority);
        }
    }

    public void EndFile(ScanSummary summary) => _summaries.EndFile(summary);

    public void AddError(string error)
    {
        // It is on standard error.
    }

    public void End()
    {
        var lines = new string[_best.Count];
        for (int i = lines.Length - 1; i >= 0; i--)
        {
            lines[i] = _best.Dequeue();
        }

        if (_count > lines.Length)
        {
            _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the likeliest {lines.Length} of {_count} findings:"));
        }

        foreach (string line in lines)
        {
            _output.WriteLine(line);
        }

        _output.Flush();
    }

    public void Dispose() => _summaries.Dispose();

    private string Describe(in Finding finding, FindingRank rank)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{rank.Score,3}  {_file}");
        if (finding.Member is not null)
        {
            line.Append(CultureInfo.InvariantCulture, $"({Quoted.Printable(finding.Member, 256)})");
        }

        line.Append(finding.TryGetSymbol(out CodeSymbol symbol)
            ? string.Create(CultureInfo.InvariantCulture, $" {Quoted.Printable(symbol.Name, 256)}+0x{finding.Address - symbol.Address:x}")
            : string.Create(CultureInfo.InvariantCulture, $" {Quoted.Printable(finding.Section.Name, 64)} 0x{finding.Address:x}"));
        AccessDescriptor access = finding.Decode();
        line.Append(CultureInfo.InvariantCulture, $": {access} ({Words.Of(finding.Reasons)})");
        if (finding.TryGetSource(out SourceLocation source))
        {
            line.Append(CultureInfo.InvariantCulture, $" {Quoted.Printable(source.File, 256)}:{source.Line}");
        }

        string separator = "  ";
        foreach ((RankingRules rule, string word) in FindingWords.Rules)
        {
            if ((rank.Rules & rule) != 0)
            {
                line.Append(separator).Append(word);
                separator = ", ";
            }
        }

        return line.ToString();
    }
}
