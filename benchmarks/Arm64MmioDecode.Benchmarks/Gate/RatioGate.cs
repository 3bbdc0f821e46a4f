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
/// <remarks>
/// A machine has ratios of its own: two of the same processor differ by more than 15 % where a case waits for memory and its floor
/// does not. So a limit raises a suspicion, and what it is worth is seen beside the code that set the limit, here and now.
/// </remarks>
internal static class RatioGate
{
    private const double Tolerance = 1.15;

    // Where that code cannot be built: only what nobody would call another machine fails.
    private const double OtherMachineTolerance = 1.6;
    private const int Processes = 3;
    private const int ProcessesBeside = 5;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(7);

    /// <summary>Compares with the limits.</summary>
    /// <param name="limitsPath">The file with the limits.</param>
    /// <param name="options">Options for the measuring processes.</param>
    /// <returns>Whether no ratio is lost.</returns>
    public static bool Check(string limitsPath, IReadOnlyList<string> options)
    {
        RatioLimits limits = RatioLimits.Read(limitsPath);
        Console.WriteLine($"limits + 15 %, of {limits.Commit} on {limits.Processor}; this is {Machine.Processor}");
        MeasuringProcess process = WithoutProfile(MeasuringProcess.OfThis);
        Dictionary<string, double> ratios = RatioLimits.Medians(Enumerable.Range(0, Processes).Select(_ => process.Measure(s_duration, options)));
        string[] suspects = [.. limits.Ratios.Keys.Where(key => !(ratios.GetValueOrDefault(key, double.NaN) <= limits.Ratios[key] * Tolerance))];
        foreach (string key in suspects)
        {
            Console.WriteLine($"{key} is {Compared(ratios.GetValueOrDefault(key, double.NaN), limits.Ratios[key], "limit")}");
        }

        // A case that is gone is lost, too.
        string[] lost = [.. suspects.Where(key => !ratios.ContainsKey(key))];
        if (lost.Length == 0 && suspects.Length != 0)
        {
            using ReferenceBuild? reference = ReferenceBuild.TryMake(limits.Commit);
            lost = reference is null
                ? [.. suspects.Where(key => ratios[key] > limits.Ratios[key] * OtherMachineTolerance)]
                : LostBeside(WithoutProfile(new(reference.Executable)), process, suspects, options);
            Console.Write(reference is null ? $"{limits.Commit} cannot be built here: only limits + 60 % count\n" : "");
        }

        Console.WriteLine(lost.Length == 0 ? $"{limits.Ratios.Count} ratios hold" : $"lost: {string.Join(", ", lost)}");
        return lost.Length == 0;
    }

    /// <summary>Measures in several processes, and writes the medians as the new limits.</summary>
    /// <returns>Whether they are those of a commit.</returns>
    public static bool Write(string limitsPath)
    {
        if (ReferenceBuild.CommitOfThis() is not { } commit)
        {
            Console.Error.WriteLine("commit the sources first: limits are those of a commit, which can be built again");
            return false;
        }

        MeasuringProcess process = WithoutProfile(MeasuringProcess.OfThis);
        RatioLimits.Write(limitsPath, Machine.Processor, commit, Enumerable.Range(0, ProcessesBeside).Select(_ => process.Measure(s_duration, [])));
        Console.WriteLine($"{limitsPath} is written");
        return true;
    }

    // In turn: what else the machine does meets both.
    private static string[] LostBeside(MeasuringProcess reference, MeasuringProcess process, string[] suspects, IReadOnlyList<string> options)
    {
        string[] groups = [.. suspects.Select(key => key.Split(' ')[0]).Distinct().SelectMany(group => new[] { "--group", group })];
        var before = new List<IReadOnlyList<Measurement>>();
        var now = new List<IReadOnlyList<Measurement>>();
        for (int i = 0; i < ProcessesBeside; i++)
        {
            before.Add(reference.Measure(s_duration, groups));
            now.Add(process.Measure(s_duration, [.. groups, .. options]));
        }

        Dictionary<string, double> mediansBefore = RatioLimits.Medians(before), mediansNow = RatioLimits.Medians(now);
        foreach (string key in suspects)
        {
            Console.WriteLine($"beside the code that set the limit: {key} is {Compared(mediansNow[key], mediansBefore[key], "before")}");
        }

        return [.. suspects.Where(key => !(mediansNow[key] <= mediansBefore[key] * Tolerance))];
    }

    private static MeasuringProcess WithoutProfile(MeasuringProcess process) => process with { Environment = [("DOTNET_TieredPGO", "0")] };

    private static string Compared(double ratio, double with, string name) => double.IsNaN(ratio) ? "gone" :
        string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}, {name} {with:0.00} ({(int)Math.Round(100 * ((ratio / with) - 1)):+0;-0;0} %)");
}
