using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>
/// Findings that are known: JSON lines, one for each <see cref="FindingKey"/> with the number of its findings, in an order that
/// makes differences easy to review.
/// </summary>
internal sealed class Baseline
{
    private readonly Dictionary<FindingKey, int> _counts = [];
    private bool _isUsed;

    /// <exception cref="BadInputException">The file cannot be read, or is no baseline.</exception>
    public static Baseline Read(string path, ToolConsole console)
    {
        var baseline = new Baseline();
        using Stream stream = InputFile.Open(path, console);
        var lines = new LineReader(stream, static () => { });
        try
        {
            while (lines.MoveNext())
            {
                using JsonDocument line = JsonInput.ParseObject(lines.Current);
                baseline.Add(line.RootElement);
            }
        }
        catch (BadInputException exception)
        {
            throw new BadInputException($"{Quoted.Text(path)}: {exception.AtLine(lines.Number).Message}", exception);
        }

        return baseline;
    }

    public void Add(in FindingKey key)
    {
        _counts.TryGetValue(key, out int count);
        _counts[key] = count + 1;
    }

    /// <summary>Takes a finding from what is known; false when it is new, or when there are more of its kind than are known.</summary>
    public bool Take(in FindingKey key)
    {
        if (!_counts.TryGetValue(key, out int count) || count == 0)
        {
            return false;
        }

        _counts[key] = count - 1;
        _isUsed = true;
        return true;
    }

    /// <summary>
    /// Says, after a scan, why a baseline accepted nothing: it is usually that of another file. Null when it did, or is empty.
    /// </summary>
    /// <param name="files">The files that were scanned, as <see cref="FindingKey.NameFile"/> names them.</param>
    public string? ExplainNoMatch(IReadOnlyCollection<string> files)
    {
        if (_isUsed || _counts.Count == 0)
        {
            return null;
        }

        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (FindingKey key in _counts.Keys)
        {
            named.Add(key.File);
        }

        if (named.Overlaps(files))
        {
            return "none of its findings is there any more";
        }

        using HashSet<string>.Enumerator first = named.GetEnumerator();
        first.MoveNext();
        string others = named.Count == 1 ? "" : $" and {named.Count - 1} more";
        return $"its findings are of other files ({Quoted.Text(first.Current)}{others}); names count from the current folder";
    }

    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Write(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Create, FileAccess.Write);
            Write(stream);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or OutputFailedException)
        {
            throw new BadInputException($"cannot write {Quoted.Text(path)}: {(e as OutputFailedException)?.InnerException!.Message ?? e.Message}", e);
        }
    }

    private void Write(Stream stream)
    {
        List<KeyValuePair<FindingKey, int>> entries = [.. _counts];
        entries.Sort(static (left, right) => Compare(left.Key, right.Key));
        var output = new OutputBuffer(stream);
        using var lines = new JsonLineWriter(output);
        foreach ((FindingKey key, int count) in entries)
        {
            Utf8JsonWriter line = lines.Begin();
            line.WriteString("file", key.File);
            line.WriteString("member", key.Member);
            line.WriteString(key.Function is null ? "section" : "function", key.Function ?? key.Section);
            line.WriteString("instruction", key.Instruction);
            line.WriteStartArray("reasons");
            foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
            {
                if ((key.Reasons & reason) != 0)
                {
                    line.WriteStringValue(word);
                }
            }

            line.WriteEndArray();
            line.WriteNumber("count", count);
            lines.End();
        }

        output.Flush();
    }

    private void Add(JsonElement line)
    {
        string? file = null;
        string? member = null;
        string? function = null;
        string? section = null;
        string? instruction = null;
        NoSyndromeReasons reasons = NoSyndromeReasons.None;
        int count = 0;
        foreach (JsonProperty property in line.EnumerateObject())
        {
            switch (property.Name)
            {
                case "file":
                    file = JsonInput.Text(property.Value, property.Name);
                    break;
                case "member":
                    member = property.Value.ValueKind == JsonValueKind.Null ? null : JsonInput.Text(property.Value, property.Name);
                    break;
                case "function":
                    function = JsonInput.Text(property.Value, property.Name);
                    break;
                case "section":
                    section = JsonInput.Text(property.Value, property.Name);
                    break;
                case "instruction":
                    instruction = JsonInput.Text(property.Value, property.Name);
                    break;
                case "reasons":
                    reasons = ReadReasons(property.Value);
                    break;
                case "count":
                    count = JsonInput.Integer(property.Value, property.Name);
                    break;
                default:
                    throw new BadInputException($"unknown property {Quoted.Text(property.Name)}");
            }
        }

        if (file is null || instruction is null || (function is null) == (section is null) || count <= 0)
        {
            throw new BadInputException("not a known finding: it has a file, a function or a section, an instruction and a count of 1 or more");
        }

        var key = new FindingKey(file, member, function, section, instruction, reasons);
        _counts.TryGetValue(key, out int before);
        _counts[key] = (int)Math.Min(int.MaxValue, (long)before + count);
    }

    private static NoSyndromeReasons ReadReasons(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw JsonInput.Expected("reasons", "an array");
        }

        NoSyndromeReasons reasons = NoSyndromeReasons.None;
        foreach (JsonElement element in value.EnumerateArray())
        {
            string text = JsonInput.Text(element, "reasons");
            int index = Array.FindIndex(Words.Reasons, r => r.Word == text);
            reasons |= index >= 0 ? Words.Reasons[index].Reason : throw new BadInputException($"reasons: unknown reason {Quoted.Text(text)}");
        }

        return reasons;
    }

    private static int Compare(FindingKey left, FindingKey right)
    {
        int order = string.CompareOrdinal(left.File, right.File);
        order = order != 0 ? order : string.CompareOrdinal(left.Member, right.Member);
        order = order != 0 ? order : string.CompareOrdinal(left.Function, right.Function);
        order = order != 0 ? order : string.CompareOrdinal(left.Section, right.Section);
        order = order != 0 ? order : string.CompareOrdinal(left.Instruction, right.Instruction);
        return order != 0 ? order : left.Reasons.CompareTo(right.Reasons);
    }
}
