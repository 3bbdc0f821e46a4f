using System;
using System.Collections.Generic;
using System.Text.Encodings.Web;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>A line of JSON for each finding as it is found, and one for each file.</summary>
/// <remarks>A kernel has half a million findings: lines are put together from parts that are encoded once.</remarks>
internal sealed class JsonScanReport : IScanReport, IDisposable
{
    // Everything of a line but its names.
    private const int FixedLength = 1024;

    private readonly OutputBuffer _output;
    private readonly JsonLineWriter _lines;
    private readonly FindingRanker? _ranker;
    private readonly bool _hasBaseline;
    private readonly Dictionary<NoSyndromeReasons, byte[]> _reasons = [];
    private string _file = "";

    // The start of a line, which is the same for all of a section; the last symbol and source file.
    private CodeSection? _section;
    private byte[] _head = [];
    private string? _symbolName;
    private byte[] _symbol = [];
    private string? _sourceName;
    private byte[] _source = [];

    /// <param name="output">Where the lines go.</param>
    /// <param name="ranker">Says how likely findings access a device; null to leave that out.</param>
    /// <param name="hasBaseline">Whether some findings are known.</param>
    public JsonScanReport(OutputBuffer output, FindingRanker? ranker, bool hasBaseline)
    {
        _output = output;
        _ranker = ranker;
        _hasBaseline = hasBaseline;
        _lines = new JsonLineWriter(output);
    }

    public void BeginFile(string file)
    {
        _file = file;
        _section = null;
    }

    public void Add(in Finding finding)
    {
        if (!ReferenceEquals(_section, finding.Section))
        {
            _section = finding.Section;
            _head = [.. "{\"file\":\""u8, .. Encode(_file), .. "\",\"member\":"u8, .. Quote(finding.Member), .. ",\"section\":\""u8, .. Encode(finding.Section.Name), .. "\",\"address\":\"0x"u8];
        }

        bool hasSymbol = finding.TryGetSymbol(out CodeSymbol symbol);
        if (hasSymbol && !ReferenceEquals(symbol.Name, _symbolName))
        {
            _symbolName = symbol.Name;
            _symbol = Encode(symbol.Name);
        }

        bool hasSource = finding.TryGetSource(out SourceLocation source);
        if (hasSource && !ReferenceEquals(source.File, _sourceName))
        {
            _sourceName = source.File;
            _source = Encode(source.File);
        }

        AccessDescriptor access = finding.Decode();
        Span<char> text = stackalloc char[AccessDescriptor.MaxTextLength];
        access.TryFormat(text, out int textLength);

        var line = new Utf8Text(_output.GetSpan(FixedLength + _head.Length + _symbol.Length + _source.Length));
        line.Add(_head);
        line.AddHex(finding.Address);
        line.Add("\",\"offset\":\"0x"u8);
        line.AddHex((ulong)finding.FileOffset);
        line.Add(finding.InstructionSet switch
        {
            InstructionSet.A64 => "\",\"set\":\"a64\",\"opcode\":\"0x"u8,
            InstructionSet.A32 => "\",\"set\":\"a32\",\"opcode\":\"0x"u8,
            _ => "\",\"set\":\"t32\",\"opcode\":\"0x"u8,
        });
        line.AddHex(access.Opcode, access.Length * 2);
        line.Add("\",\"text\":\""u8);
        line.Add(text[..textLength]);
        line.Add("\",\"reasons\":"u8);
        line.Add(Reasons(finding.Reasons));
        line.Add(",\"base\":"u8);
        AddQuoted(ref line, BaseRegister.GetName(in access));
        line.Add(",\"symbol\":"u8);
        if (hasSymbol)
        {
            line.Add("\""u8);
            line.Add(_symbol);
            line.Add("+0x"u8);
            line.AddHex(finding.Address - symbol.Address);
            line.Add("\""u8);
        }
        else
        {
            line.Add("null"u8);
        }

        line.Add(",\"source\":"u8);
        if (hasSource)
        {
            line.Add("{\"file\":\""u8);
            line.Add(_source);
            line.Add("\",\"line\":"u8);
            line.AddNumber(source.Line);
            line.Add("}"u8);
        }
        else
        {
            line.Add("null"u8);
        }

        line.Add(",\"feature\":\""u8);
        line.Add(access.Feature);
        line.Add(finding.Severity switch
        {
            Severity.Error => "\",\"severity\":\"error\""u8,
            Severity.Warning => "\",\"severity\":\"warning\""u8,
            _ => "\",\"severity\":\"note\""u8,
        });
        line.Add(finding.Sureness switch
        {
            Sureness.Symbols => ",\"sureness\":\"symbols\""u8,
            Sureness.Sweep => ",\"sureness\":\"sweep\""u8,
            _ => ",\"sureness\":\"guess\""u8,
        });
        if (_ranker is not null)
        {
            AddRank(ref line, _ranker.Rank(in finding));
        }

        line.Add("}"u8);
        _output.Advance(line.Length);
        _output.EndLine();
    }

    public void EndFile(ScanSummary summary)
    {
        Utf8JsonWriter json = _lines.Begin();
        json.WriteString("file", _file);
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
        _lines.End();
        _output.Flush();
    }

    public void AddError(string error)
    {
        // It is on standard error.
    }

    public void End()
    {
    }

    public void Dispose() => _lines.Dispose();

    private static byte[] Encode(string text) => JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    private static byte[] Quote(string? text) => text is null ? [.. "null"u8] : [(byte)'"', .. Encode(text), (byte)'"'];

    private static void AddQuoted(ref Utf8Text line, string? word)
    {
        if (word is null)
        {
            line.Add("null"u8);
            return;
        }

        line.Add("\""u8);
        line.Add(word);
        line.Add("\""u8);
    }

    private static void AddRank(ref Utf8Text line, FindingRank rank)
    {
        line.Add(",\"rank\":{\"score\":"u8);
        line.AddNumber(rank.Score);
        line.Add(",\"rules\":["u8);
        bool isFirst = true;
        foreach ((RankingRules rule, string word) in FindingWords.Rules)
        {
            if ((rank.Rules & rule) != 0)
            {
                line.Add(isFirst ? "\""u8 : ",\""u8);
                line.Add(word);
                line.Add("\""u8);
                isFirst = false;
            }
        }

        line.Add("]}"u8);
    }

    private byte[] Reasons(NoSyndromeReasons reasons)
    {
        if (!_reasons.TryGetValue(reasons, out byte[]? array))
        {
            List<string> words = [];
            foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
            {
                if ((reasons & reason) != 0)
                {
                    words.Add($"\"{word}\"");
                }
            }

            array = System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', words)}]");
            _reasons.Add(reasons, array);
        }

        return array;
    }
}
