using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Benchmarks.Interleaved;
using Arm64MmioDecode.Benchmarks.Reports;

namespace Arm64MmioDecode.Benchmarks.Gate;

/// <summary>
/// Fails when a ratio is lost. Noise makes a ratio larger in one run, a lost ratio is larger in all of them: whatever is too
/// large is measured again, in another process, and the smallest result counts. The JIT compiler works without the profile of
/// earlier calls: what it makes of that differs from one process to the next.
/// </summary>
internal static class RatioGate
{
    private const double Tolerance = 1.15;

    // A processor of another kind has other ratios: then only what nobody would call noise fails.
    private const double OtherProcessorTolerance = 1.6;
    private const int MostAttempts = 4;
    private const int RunsForLimits = 5;
    private static readonly MeasuringProcess s_process = MeasuringProcess.OfThis with { Environment = [("DOTNET_TieredPGO", "0")] };
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(14);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);

    /// <summary>Compares with the limits.</summary>
    /// <param name="limitsPath">The file with the limits.</param>
    /// <param name="options">Options for the measuring processes.</param>
    /// <returns>Whether no ratio is lost.</returns>
    public static bool Check(string limitsPath, IReadOnlyList<string> options)
    {
        RatioLimits limits = RatioLimits.Read(limitsPath);
        bool sameProcessor = limits.Processor == Machine.Processor;
        double tolerance = sameProcessor ? Tolerance : OtherProcessorTolerance;
        Console.WriteLine(sameProcessor
            ? $"limits + 15 %; {limits.Processor}"
            : $"limits + 60 %, because they were measured on another processor: {limits.Processor}, not {Machine.Processor}");
        var best = new Dictionary<string, double>();
        string[] groups = [];
        for (int attempt = 1; attempt <= MostAttempts; attempt++)
        {
            foreach (Measurement m in s_process.Measure(attempt == 1 ? s_first : s_again, [.. groups.SelectMany(group => new[] { "--group", group }), .. options]))
            {
                best[m.Key] = Math.Min(m.Ratio, best.GetValueOrDefault(m.Key, double.PositiveInfinity));
            }

            string[] lost = [.. limits.Ratios.Where(limit => !(best.GetValueOrDefault(limit.Key, double.NaN) <= limit.Value * tolerance)).Select(limit => limit.Key)];
            foreach (string key in lost)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"run {attempt}: {key} is {best.GetValueOrDefault(key, double.NaN):0.00}, limit {limits.Ratios[key]:0.00} ({(best.GetValueOrDefault(key, double.NaN) / limits.Ratios[key]) - 1:+0 %;-0 %})"));
            }

            if (lost.Length == 0)
            {
                Console.WriteLine($"{limits.Ratios.Count} ratios hold");
                return true;
            }

            groups = [.. lost.Select(key => key.Split(' ')[0]).Distinct()];
        }

        Console.WriteLine("a ratio is lost");
        return false;
    }

    /// <summary>Measures several times and writes the medians as the new limits.</summary>
    public static void Write(string limitsPath)
    {
        RatioLimits.Write(limitsPath, Machine.Processor, Enumerable.Range(0, RunsForLimits).Select(_ => s_process.Measure(s_first, [])).ToList());
        Console.WriteLine($"{limitsPath} is written");
    }
}
