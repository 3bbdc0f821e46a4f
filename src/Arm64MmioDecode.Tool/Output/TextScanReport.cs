using System.Globalization;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Listing;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Findings for people: grouped by function as they come, and a summary of each file.</summary>
internal sealed class TextScanReport : IScanReport
{
    private readonly OutputBuffer _output;
    private readonly TextStyle _style;
    private readonly CurrentFile _file = new();
    private readonly LineQueue _lines;
    private NoSyndromeReasons _allReasons;

    public TextScanReport(OutputBuffer output, TextStyle style)
    {
        _output = output;
        _style = style;
        _lines = new LineQueue(output, () => new TextLineFormatter(_file, style));
    }

    public void BeginFile(string file) => _file.Name = Quoted.Printable(file, int.MaxValue);

    public void Add(in Finding finding)
    {
        _allReasons |= finding.Reasons;
        _lines.Add(in finding, default);
    }

    public void EndFile(ScanSummary summary)
    {
        _lines.Flush();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_file.Name} ({summary.Format}): {Count(summary.Findings, "finding")} in {Count(summary.Instructions, "instruction")}");
        string separator = ": ";
        foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
        {
            if (summary.Count(reason) is var count and not 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{separator}{word} {count}");
                separator = ", ";
            }
        }

        _output.WriteLine(_style.Heading(text.ToString()));
        if (summary.Known != 0)
        {
            _output.WriteLine($"  {Count(summary.Known, "finding")} more {(summary.Known == 1 ? "is" : "are")} in the baseline");
        }

        if (summary.OmittedStack + summary.OmittedLiterals != 0)
        {
            _output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  left out: {summary.OmittedStack} on the stack, {Count(summary.OmittedLiterals, "literal")} (--all shows them)"));
        }

        if (summary.Undecoded != 0)
        {
            _output.WriteLine($"  {Count(summary.Undecoded, "word")} that {(summary.Undecoded == 1 ? "is" : "are")} no instruction: there may be data among the code");
        }

        foreach (string note in summary.Notes)
        {
            _output.WriteLine($"  note: {Quoted.Printable(note, 512)}");
        }

        _output.Flush();
    }

    public void AddError(string error)
    {
        // It is on standard error.
    }

    public void End()
    {
        if (_allReasons == NoSyndromeReasons.None)
        {
            return;
        }

        _output.WriteLine("");
        _output.WriteLine("If such an access may touch a device:");
        foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
        {
            if ((_allReasons & reason) != 0)
            {
                _output.WriteLine($"  {word}: {FindingWords.Advice(reason)}");
            }
        }

        _output.Flush();
    }

    public void Dispose() => _lines.Dispose();

    private static string Count(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");
}
