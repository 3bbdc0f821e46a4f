using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>Writes measurements as Markdown: docs/performance.md is such a report.</summary>
internal static class Report
{
    public static string Write(IReadOnlyList<Measurement> measurements)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Performance

            Written by `dotnet run -c Release --project benchmarks/Arm64MmioDecode.Benchmarks -- ratios --report docs/performance.md`
            (about a minute; `benchmarks/fetch-corpus.sh` fetches the code that it decodes).
            BenchmarkDotNet measures the same methods: `… -- --filter '*'`.

            - {Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}
            - {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}

            All cases run in turn in one process, under a millisecond each, round after round. Times are medians. Ratios are
            medians of the ratio to the floor in the same round; they stay within a few percent on a machine that is shared,
            where times do not. The floor is a method that is not inlined, has no branch, and fills a 16-byte struct from one
            lookup in a table of 4,096 entries.


            """);
        foreach (IGrouping<string, Measurement> group in measurements.GroupBy(m => m.Case.Group))
        {
            Table(text, group);
        }

        Bars(text, measurements);
        return text.ToString();
    }

    private static void Table(StringBuilder text, IGrouping<string, Measurement> group)
    {
        string[] names = [.. group.Select(m => m.Case.Name).Distinct()];
        text.Append(CultureInfo.InvariantCulture, $"## {Words(group.Key)}\n\n| |{string.Concat(names.Select(name => $" {Words(name)} |"))}\n|---|{string.Concat(names.Select(_ => "---:|"))}\n");
        foreach (IGrouping<string, Measurement> row in group.GroupBy(m => m.Case.Parameter))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Words(row.Key)} |");
            foreach (string name in names)
            {
                Measurement m = row.Single(m => m.Case.Name == name);
                text.Append(CultureInfo.InvariantCulture, $" {Significant(m.Nanoseconds)} ns");
                text.Append(m.Case.IsBaseline ? " |" : string.Create(CultureInfo.InvariantCulture, $", {Significant(m.Ratio)}× |"));
            }

            text.Append('\n');
        }

        IEnumerable<string> allocated = names.Select(name => string.Create(CultureInfo.InvariantCulture, $"{Words(name)} {group.Where(m => m.Case.Name == name).Max(m => m.AllocatedBytes):F0} B"));
        text.Append(CultureInfo.InvariantCulture, $"\nManaged allocation per operation: {string.Join(", ", allocated)}.\n\n");
    }

    private static void Bars(StringBuilder text, IReadOnlyList<Measurement> measurements)
    {
        text.Append("## Limits\n\n| Ratio | Limit | Measured |\n|---|---:|---:|\n");
        foreach (Bar bar in Bar.All)
        {
            if (bar.Ratio(measurements) is { } ratio)
            {
                text.Append(CultureInfo.InvariantCulture, $"| {bar.Text} | {bar.Limit} | {Significant(ratio)}{(ratio > bar.Limit ? " (missed)" : "")} |\n");
            }
        }
    }

    private static string Significant(double value) =>
        value.ToString(value < 0.1 ? "0.0000" : value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    // LibcLoadsAndStores: Libc loads and stores.
    private static string Words(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) && !char.IsUpper(name[i - 1]) ? $" {char.ToLowerInvariant(c)}" : c.ToString()));

    private static string Processor()
    {
        const string Information = "/proc/cpuinfo";
        string? line = File.Exists(Information) ? File.ReadLines(Information).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 2)..] ?? "unknown processor";
    }
}
