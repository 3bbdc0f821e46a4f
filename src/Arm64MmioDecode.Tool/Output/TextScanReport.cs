using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Findings for people: grouped by function as they come, and a summary of each file.</summary>
internal sealed class TextScanReport : IScanReport
{
    private const int LineLength = 1024;
    private const int TextColumn = 32;
    private const int ReasonColumn = 68;
    private const int SourceColumn = 90;

    private readonly OutputBuffer _output;
    private readonly TextStyle _style;
    private readonly Dictionary<NoSyndromeReasons, string> _reasons = [];
    private NoSyndromeReasons _allReasons;
    private string _file = "";
    private CodeSection? _section;
    private string? _function;

    public TextScanReport(OutputBuffer output, TextStyle style)
    {
        _output = output;
        _style = style;
    }

    public void BeginFile(string file)
    {
        _file = Quoted.Printable(file, int.MaxValue);
        _section = null;
    }

    public void Add(in Finding finding)
    {
        bool hasSymbol = finding.TryGetSymbol(out CodeSymbol symbol);
        string? function = hasSymbol ? symbol.Name : null;
        if (!ReferenceEquals(finding.Section, _section) || !ReferenceEquals(function, _function))
        {
            _section = finding.Section;
            _function = function;
            WriteHeading(in finding, function);
        }

        _allReasons |= finding.Reasons;
        AccessDescriptor access = finding.Decode();
        Span<char> text = stackalloc char[AccessDescriptor.MaxTextLength];
        access.TryFormat(text, out int textLength);
        var line = new Utf8Text(_output.GetSpan(LineLength));
        line.Add("  0x"u8);
        line.AddHex(finding.Address);
        if (hasSymbol)
        {
            line.Add(" +0x"u8);
            line.AddHex(finding.Address - symbol.Address);
        }

        line.PadTo(TextColumn - 10);
        line.AddHex(access.Opcode, access.Length * 2);
        line.PadTo(TextColumn);
        line.Add(text[..textLength]);
        line.PadTo(ReasonColumn);
        line.Add(ReasonsText(finding.Reasons));
        if (finding.TryGetSource(out SourceLocation source))
        {
            line.PadTo(SourceColumn);
            line.Add(Quoted.Printable(source.File, 256));
            line.Add(":"u8);
            line.AddNumber(source.Line);
        }

        _output.Advance(line.Length);
        _output.EndLine();
    }

    public void EndFile(ScanSummary summary)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{_file} ({summary.Format}): {Count(summary.Findings, "finding")} in {Count(summary.Instructions, "instruction")}");
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

    private void WriteHeading(in Finding finding, string? function)
    {
        string where = finding.Member is null ? _file : $"{_file}({Quoted.Printable(finding.Member, 256)})";
        string section = Quoted.Printable(finding.Section.Name, 64);
        string guess = finding.Sureness == Sureness.Guess ? " (guessed)" : "";
        _output.WriteLine(_style.Heading(function is null
            ? $"{where}: section {section}{guess}"
            : $"{where}: {Quoted.Printable(function, 512)} in {section}{guess}"));
    }

    private static string Count(long count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private string ReasonsText(NoSyndromeReasons reasons)
    {
        if (!_reasons.TryGetValue(reasons, out string? text))
        {
            text = Words.Of(reasons);
            _reasons.Add(reasons, text);
        }

        return text;
    }
}
