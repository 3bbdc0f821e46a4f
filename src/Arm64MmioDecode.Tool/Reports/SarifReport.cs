using System;
using System.Collections.Generic;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>
/// Collects findings for a SARIF document. While there are few, each is a result; when there are more than <see cref="Limit"/>, one
/// stands for all findings of a function and rule, then for all of a file and rule. So the report stays within what GitHub shows, and
/// memory does not grow with the number of findings.
/// </summary>
internal sealed class SarifReport(OutputBuffer output, FindingRanker? ranker) : IScanReport
{
    /// <summary>How many results GitHub shows of a run (it refuses more than 25,000).</summary>
    public const int Limit = 5000;

    private const int MaximumErrors = 1000;

    private readonly Dictionary<FindingKey, int> _ordinals = [];
    private readonly Dictionary<string, SarifResult> _results = [];
    private Granularity _granularity;
    private string _file = "";

    private enum Granularity
    {
        Instruction,
        Function,
        File,
    }

    /// <summary>What the results stand for when it is not single instructions; otherwise null.</summary>
    public string? Merging => _granularity switch
    {
        Granularity.Instruction => null,
        Granularity.Function => "each result stands for all instructions of a function that break a rule",
        _ => "each result stands for all instructions of a file that break a rule",
    };

    /// <summary>How many findings there are.</summary>
    public long Findings { get; private set; }

    /// <summary>How many of them no result stands for, since there are too many files.</summary>
    public long Omitted { get; private set; }

    public IReadOnlyCollection<SarifResult> Results => _results.Values;

    /// <summary>What could not be read, with the file's name.</summary>
    public List<string> Errors { get; } = [];

    public void BeginFile(string file) => _file = FindingKey.NameFile(file);

    public void Add(in Finding finding)
    {
        Findings++;
        Add(Make(in finding));
        while (_results.Count > Limit && _granularity < Granularity.File)
        {
            Coarsen();
        }
    }

    public void AddError(string error)
    {
        if (Errors.Count < MaximumErrors)
        {
            Errors.Add(error);
        }
    }

    public void EndFile(ScanSummary summary)
    {
        // A report is of all files.
    }

    public void End()
    {
        SarifDocument.Write(output, this);
        output.Flush();
    }

    public void Dispose()
    {
        // It has nothing but memory.
    }

    /// <summary>What stays the same of a result when the binaries are linked again.</summary>
    public string Fingerprint(SarifResult result) => HexText.Of(SHA256.HashData(Encoding.UTF8.GetBytes(Identify(result))).AsSpan(0, 16));

    private static string Place(in Finding finding, CodeSymbol? symbol) => symbol is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known.Name}+0x{finding.Address - known.Address:x}")
        : string.Create(CultureInfo.InvariantCulture, $"{finding.Section.Name}+0x{finding.SectionOffset:x}");

    private void Add(SarifResult result)
    {
        string identity = Identify(result);
        if (_results.TryGetValue(identity, out SarifResult? first))
        {
            first.Count += result.Count;
        }
        else if (_results.Count < Limit || _granularity < Granularity.File)
        {
            _results.Add(identity, result);
        }
        else
        {
            Omitted += result.Count;
        }
    }

    private void Coarsen()
    {
        _granularity++;
        _ordinals.Clear();
        List<SarifResult> results = [.. _results.Values];
        _results.Clear();
        foreach (SarifResult result in results)
        {
            Add(result);
        }
    }

    private string Identify(SarifResult result)
    {
        string rule = SarifRule.All[result.Rule].Id;
        string function = result.Key.Function ?? $"\t{result.Key.Section}";
        return _granularity switch
        {
            Granularity.Instruction => string.Join(
                '\n', rule, result.Key.File, result.Key.Member, function, result.Key.Instruction, (uint)result.Key.Reasons, result.Ordinal),
            Granularity.Function => string.Join('\n', rule, result.Key.File, result.Key.Member, function),
            _ => string.Join('\n', rule, result.Key.File),
        };
    }

    private SarifResult Make(in Finding finding)
    {
        FindingKey key = FindingKey.Of(_file, in finding);
        CodeSymbol? symbol = finding.TryGetSymbol(out CodeSymbol found) ? found : null;
        int ordinal = 0;
        if (_granularity == Granularity.Instruction)
        {
            _ordinals.TryGetValue(key, out ordinal);
            _ordinals[key] = ordinal + 1;
        }

        return new SarifResult
        {
            Key = key,
            Ordinal = ordinal,
            Rule = SarifRule.IndexOf(finding.Reasons),
            Level = finding.Severity,
            Instruction = finding.Decode().ToString(),
            Function = symbol?.Name,
            Place = Place(in finding, symbol),
            Address = finding.Address,
            Score = ranker?.Rank(in finding).Score,
            Source = finding.TryGetSource(out SourceLocation source) ? source : null,
        };
    }
}
