using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tool.Listing;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A line of JSON for each finding as it is found, and one for each file.</summary>
internal sealed class JsonScanReport : IScanReport
{
    private readonly OutputBuffer _output;
    private readonly FindingRanker? _ranker;
    private readonly bool _hasBaseline;
    private readonly CurrentFile _file = new();
    private readonly LineQueue _lines;
    private readonly JsonLineWriter _summaries;

    /// <param name="output">Where the lines go.</param>
    /// <param name="ranker">Says how likely findings access a device; null to leave that out.</param>
    /// <param name="hasBaseline">Whether some findings are known.</param>
    public JsonScanReport(OutputBuffer output, FindingRanker? ranker, bool hasBaseline)
    {
        _output = output;
        _ranker = ranker;
        _hasBaseline = hasBaseline;
        _lines = new LineQueue(output, () => new JsonLineFormatter(_file, ranker is not null));
        _summaries = new JsonLineWriter(output);
    }

    public void BeginFile(string file) => _file.Name = file;

    public void Add(in Finding finding) => _lines.Add(in finding, _ranker?.Rank(in finding) ?? default);

    public void EndFile(ScanSummary summary)
    {
        _lines.Flush();
        Utf8JsonWriter json = _summaries.Begin();
        json.WriteString("file", _file.Name);
        json.WriteString("format", summary.Format);
        json.WriteNumber("findings", summary.Findings);
        if (_hasBaseline)
        {
            json.WriteNumber("known", summary.Known);
        }

        json.WriteStartObject("omitted");
        json.WriteNumber("sp", summary.OmittedStack);
        json.WriteNumber("literal", summary.OmittedLiterals);
        json.WriteEndObject();
        json.WriteNumber("instructions", summary.Instructions);
        json.WriteNumber("undecoded", summary.Undecoded);
        json.WriteStartObject("byReason");
        foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
        {
            if (summary.Count(reason) is var count and not 0)
            {
                json.WriteNumber(word, count);
            }
        }

        json.WriteEndObject();
        json.WriteStartArray("notes");
        foreach (string note in summary.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        _summaries.End();
        _output.Flush();
    }

    public void AddError(string error)
    {
        // It is on standard error.
    }

    public void End()
    {
    }

    public void Dispose()
    {
        _lines.Dispose();
        _summaries.Dispose();
    }
}
