using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Benchmarks.Interleaved;
using Arm64MmioDecode.Benchmarks.Reports;

namespace Arm64MmioDecode.Benchmarks.Gate;

/// <summary>
/// Fails when a ratio is lost: when the median of several processes is too large. Where code lies in memory differs from one
/// process to the next, and what the processor's branch predictors make of it by up to 20 % of a case; the median of processes hardly.
/// The JIT compiler works without the profile of earlier calls: what it makes of that differs, too.
/// </summary>
internal static class RatioGate
{
    private const double Tolerance = 1.15;

    // A processor of another kind has other ratios: then only what nobody would call noise fails.
    private const double OtherProcessorTolerance = 1.6;
    private const int Processes = 3;
    private const int MostProcesses = 5;
    private static readonly MeasuringProcess s_process = MeasuringProcess.OfThis with { Environment = [("DOTNET_TieredPGO", "0")] };
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(7);

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
        var ratios = new Dictionary<string, List<double>>();
        string[] groups = [];
        for (int process = 1; process <= MostProcesses; process++)
        {
            foreach (Measurement m in s_process.Measure(s_duration, [.. groups.SelectMany(group => new[] { "--group", group }), .. options]))
            {
                ratios.TryAdd(m.Key, []);
                ratios[m.Key].Add(m.Ratio);
            }

            if (process is not (Processes or MostProcesses))
            {
                continue;
            }

            // A case that is gone is lost, too.
            string[] lost = [.. limits.Ratios.Where(limit => !(RatioLimits.Median(ratios.GetValueOrDefault(limit.Key)) <= limit.Value * tolerance)).Select(limit => limit.Key)];
            foreach (string key in lost)
            {
                double median = RatioLimits.Median(ratios.GetValueOrDefault(key));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"after {process} processes: {key} is {median:0.00}, limit {limits.Ratios[key]:0.00} ({(median / limits.Ratios[key]) - 1:+0 %;-0 %})"));
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

    /// <summary>Measures in as many processes as decide that a ratio is lost, and writes the medians as the new limits.</summary>
    public static void Write(string limitsPath)
    {
        RatioLimits.Write(limitsPath, Machine.Processor, Enumerable.Range(0, MostProcesses).Select(_ => s_process.Measure(s_duration, [])).ToList());
        Console.WriteLine($"{limitsPath} is written");
    }
}
