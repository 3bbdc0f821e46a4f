using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Benchmarks.Interleaved;

namespace Arm64MmioDecode.Benchmarks.Reports;

/// <summary>Writes measurements as Markdown tables, one for each benchmark class.</summary>
internal static class Report
{
    public static string Tables(IReadOnlyList<Measurement> measurements)
    {
        var text = new StringBuilder();
        foreach (IGrouping<string, Measurement> group in measurements.GroupBy(m => m.Group))
        {
            Table(text, group);
        }

        return text.ToString();
    }

    public static string Significant(double value) =>
        value.ToString(value < 0.1 ? "0.0000" : value < 10 ? "0.00" : value < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    /// <summary>LibcLoadsAndStores: Libc loads and stores.</summary>
    public static string Words(string name) =>
        string.Concat(name.Select((c, i) => StartsWord(name, i) ? $" {(char.IsUpper(c) && i + 1 < name.Length && char.IsLower(name[i + 1]) ? char.ToLowerInvariant(c) : c)}" : c.ToString())).Replace("AArch 32", "AArch32", System.StringComparison.Ordinal);

    // A32Text, LoadPair4K: a digit belongs to the letter before it when that is a capital, and to the one after it otherwise.
    private static bool StartsWord(string name, int i) =>
        i > 0 && ((char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]) && !(char.IsDigit(name[i - 1]) && (i + 1 == name.Length || char.IsUpper(name[i + 1]))))
            || (char.IsDigit(name[i]) && char.IsLower(name[i - 1])));

    private static void Table(StringBuilder text, IGrouping<string, Measurement> group)
    {
        string[] names = [.. group.Select(m => m.Name).Distinct()];
        text.Append(CultureInfo.InvariantCulture, $"## {Words(group.Key)}\n\n| |{string.Concat(names.Select(name => $" {Words(name)} |"))}\n|---|{string.Concat(names.Select(_ => "---:|"))}\n");
        foreach (IGrouping<string, Measurement> row in group.GroupBy(m => m.Parameter))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Words(row.Key)} |");
            foreach (string name in names)
            {
                Measurement m = row.Single(m => m.Name == name);
                text.Append(CultureInfo.InvariantCulture, $" {Significant(m.Nanoseconds)} ns");
                text.Append(m.IsBaseline ? " |" : string.Create(CultureInfo.InvariantCulture, $", {Significant(m.Ratio)}× |"));
            }

            text.Append('\n');
        }

        IEnumerable<string> allocated = names.Select(name => string.Create(CultureInfo.InvariantCulture, $"{Words(name)} {group.Where(m => m.Name == name).Max(m => m.AllocatedBytes):F0} B"));
        text.Append(CultureInfo.InvariantCulture, $"\nManaged allocation per operation: {string.Join(", ", allocated)}.\n\n");
    }
}
