using System;
using System.Globalization;
using System.IO;
using System.Text.Encodings.Web;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>Writes a report as SARIF 2.1.0, as GitHub's code scanning takes it: every result has a file and a line.</summary>
internal static class SarifDocument
{
    private const string FingerprintName = "mmiodecode/v1";

    // SARIF's ranks go from 0 to 100.
    private const int MiddleRank = 50;
    private const int RankPerPoint = 3;

    public static void Write(OutputBuffer output, SarifReport report)
    {
        // Instructions have '#' and '<' in them, and the output is no HTML.
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };
        using var json = new Utf8JsonWriter(output, options);
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json);
        WriteInvocation(json, report);
        json.WriteStartObject("automationDetails");
        json.WriteString("id", "mmiodecode/scan/");
        json.WriteEndObject();
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (SarifResult result in report.Results)
        {
            WriteResult(json, report, result);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter json)
    {
        string version = typeof(SarifDocument).Assembly.GetName().Version!.ToString(3);
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "mmiodecode");
        json.WriteString("fullName", $"mmiodecode {version}");
        json.WriteString("semanticVersion", version);
        json.WriteStartArray("rules");
        foreach (SarifRule rule in SarifRule.All)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            json.WriteString("name", rule.Name);
            WriteText(json, "shortDescription", rule.Summary + ".");
            WriteText(json, "fullDescription", $"{rule.Summary}: if it touches an emulated device, the hypervisor gets no syndrome (ESR_ELx.ISV = 0) and the guest usually dies.");
            json.WriteStartObject("help");
            json.WriteString("text", rule.Help);
            json.WriteString("markdown", rule.Help);
            json.WriteEndObject();
            json.WriteString("helpUri", "https://developer.arm.com/documentation/ddi0487/latest/");
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", LevelOf(rule.Level));
            json.WriteEndObject();
            json.WriteStartObject("properties");
            json.WriteString("precision", "low");
            json.WriteString("problem.severity", rule.Level == Severity.Note ? "recommendation" : LevelOf(rule.Level));
            json.WriteStartArray("tags");
            json.WriteStringValue("mmio");
            json.WriteStringValue("virtualization");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInvocation(Utf8JsonWriter json, SarifReport report)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", report.Errors.Count == 0);
        json.WriteStartArray("toolExecutionNotifications");
        foreach (string error in report.Errors)
        {
            WriteNotification(json, "error", error);
        }

        if (report.Merging is { } merging)
        {
            WriteNotification(json, "note", string.Create(CultureInfo.InvariantCulture, $"There are {report.Findings} findings; {merging}."));
        }

        if (report.Omitted != 0)
        {
            WriteNotification(json, "warning", string.Create(CultureInfo.InvariantCulture, $"{report.Omitted} findings have no result: more than {SarifReport.Limit} files break rules."));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteNotification(Utf8JsonWriter json, string level, string text)
    {
        json.WriteStartObject();
        json.WriteString("level", level);
        WriteText(json, "message", text);
        json.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter json, SarifReport report, SarifResult result)
    {
        SarifRule rule = SarifRule.All[result.Rule];
        json.WriteStartObject();
        json.WriteString("ruleId", rule.Id);
        json.WriteNumber("ruleIndex", result.Rule);
        json.WriteString("level", LevelOf(result.Level));
        WriteText(json, "message", Describe(result, rule));
        if (result.Score is { } score)
        {
            json.WriteNumber("rank", Math.Clamp(MiddleRank + (score * RankPerPoint), 0, 100));
        }

        json.WriteStartArray("locations");
        WriteLocation(json, result);
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString(FingerprintName, report.Fingerprint(result));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        json.WriteString("instruction", result.Instruction);
        json.WriteString("binary", result.Key.File);
        json.WriteString("member", result.Key.Member);
        json.WriteString("address", string.Create(CultureInfo.InvariantCulture, $"0x{result.Address:x}"));
        json.WriteNumber("count", result.Count);
        json.WriteStartArray("reasons");
        foreach ((NoSyndromeReasons reason, string word) in Words.Reasons)
        {
            if ((result.Key.Reasons & reason) != 0)
            {
                json.WriteStringValue(word);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Describe(SarifResult result, SarifRule rule)
    {
        string place = result.Key.Member is null ? result.Place : $"{result.Key.Member}: {result.Place}";
        string more = result.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" It is the first of {result.Count}.");
        return $"'{result.Instruction}' at '{place}' would give no syndrome on an emulated device.{more} {rule.Help}";
    }

    private static void WriteLocation(Utf8JsonWriter json, SarifResult result)
    {
        // A source file counts only where a repository can have it.
        SourceLocation? source = result.Source is { } known && RelativeSource(known.File) is { } name ? known with { File = name } : null;
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", ToUri(source?.File ?? result.Key.File));
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", source?.Line ?? 1);
        json.WriteEndObject();
        json.WriteStartObject("address");
        if (result.Address <= long.MaxValue)
        {
            json.WriteNumber("absoluteAddress", (long)result.Address);
        }

        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"0x{result.Address:x}"));
        json.WriteString("fullyQualifiedName", result.Place);
        json.WriteString("kind", "instruction");
        json.WriteEndObject();
        json.WriteEndObject();
        if (result.Function is not null)
        {
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("name", result.Function);
            json.WriteString("fullyQualifiedName", result.Function);
            json.WriteString("kind", "function");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string? RelativeSource(string file)
    {
        string path = file.Replace('\\', '/');
        if (path.StartsWith('/') || path.Contains(':', StringComparison.Ordinal))
        {
            string relative = FindingKey.NameFile(path);
            return relative.Contains('/', StringComparison.Ordinal) || File.Exists(relative) ? relative : null;
        }

        return path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path.StartsWith("../", StringComparison.Ordinal) ? null : path;
    }

    private static string ToUri(string path)
    {
        string[] parts = path.Split('/');
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = Uri.EscapeDataString(parts[i]);
        }

        return string.Join('/', parts);
    }

    private static string LevelOf(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "note",
    };

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }
}
