using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>
/// Runs all cases in turn, about a millisecond or less each, round after round, and compares each with the floor of the
/// same round. On a machine that others use too, the ratios stay within a few percent where times do not.
/// </summary>
internal static class InterleavedRun
{
    private const int WarmupPasses = 4;
    private const int WarmupCalls = 20;

    public static IReadOnlyList<Measurement> Measure(IReadOnlyList<Case> cases, TimeSpan duration)
    {
        // The JIT compiler replaces its first code after 30 calls and a pause; the methods all cases share settle on the
        // mixture of all corpora.
        for (int pass = 0; pass < WarmupPasses; pass++)
        {
            for (int i = 0; i < WarmupCalls; i++)
            {
                foreach (Case one in cases)
                {
                    one.Run();
                }
            }

            Thread.Sleep(250);
        }

        var times = cases.Select(_ => new List<double>()).ToArray();
        var ratios = cases.Select(_ => new List<double>()).ToArray();
        var allocated = new long[cases.Count];
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            double floor = double.NaN;
            for (int i = 0; i < cases.Count; i++)
            {
                // Untimed: the case before this one left its own code and data in the caches.
                cases[i].Run();
                long before = GC.GetAllocatedBytesForCurrentThread();
                long start = Stopwatch.GetTimestamp();
                cases[i].Run();
                double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / cases[i].Operations;
                allocated[i] += GC.GetAllocatedBytesForCurrentThread() - before;
                floor = cases[i].IsBaseline ? nanoseconds : floor;
                times[i].Add(nanoseconds);
                ratios[i].Add(nanoseconds / floor);
            }
        }

        return [.. cases.Select((one, i) => new Measurement(one, Median(times[i]), Median(ratios[i]), (double)allocated[i] / times[i].Count / one.Operations))];
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
