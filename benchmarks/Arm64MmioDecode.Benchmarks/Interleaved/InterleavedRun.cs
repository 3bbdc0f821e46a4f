using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Runtime;
using System.Threading;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>
/// Runs all cases in turn, less than a millisecond each where that can be, round after round, and compares each with its floor. On a
/// machine that others use too, the ratios stay within a few percent.
/// </summary>
internal static class InterleavedRun
{
    private const int FewestWarmupPasses = 4;
    private const int MostWarmupPasses = 40;
    private const int WarmupCalls = 20;
    private const int FewestRounds = 10;
    private const int MostRestarts = 2;

    // Cases that take long would leave no time for the others.
    private const int RoundsForSlow = 20;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_warmupOfCase = TimeSpan.FromMilliseconds(40);

    public static IReadOnlyList<Measurement> Measure(IReadOnlyList<Case> cases, TimeSpan duration)
    {
        WarmUp(cases);
        var times = cases.Select(_ => new List<double>()).ToArray();
        var allocated = new long[cases.Count];
        HashSet<string> slow = [.. cases.Where(IsSlow).Select(one => one.Group)];
        long compiled = JitInfo.GetCompiledMethodCount();
        long started = Stopwatch.GetTimestamp();
        for (int round = 0; round < FewestRounds * RoundsForSlow || Stopwatch.GetElapsedTime(started) < duration; round++)
        {
            // What was measured before the compiler replaced a method is of other code.
            if (JitInfo.GetCompiledMethodCount() is var now && now != compiled && Stopwatch.GetElapsedTime(started) < MostRestarts * duration)
            {
                (compiled, round) = (now, 0);
                Array.ForEach(times, list => list.Clear());
                Array.Clear(allocated);
            }

            for (int i = 0; i < cases.Count; i++)
            {
                if (round % RoundsForSlow != 0 && slow.Contains(cases[i].Group))
                {
                    continue;
                }

                // Untimed: the case before this one left its own code and data in the caches.
                cases[i].Run();
                long before = GC.GetAllocatedBytesForCurrentThread();
                long start = ThreadClock.Now;
                cases[i].Run();
                times[i].Add((double)(ThreadClock.Now - start) / cases[i].Operations);
                allocated[i] += GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        var measurements = new List<Measurement>();
        double floor = double.NaN;
        for (int i = 0; i < cases.Count; i++)
        {
            Case one = cases[i];
            double nanoseconds = LowerDecile(times[i]);
            floor = one.IsBaseline ? nanoseconds : floor;
            measurements.Add(new(one.Group, one.Parameter, one.Name, one.IsBaseline, nanoseconds, nanoseconds / floor, (double)allocated[i] / times[i].Count / one.Operations));
        }

        return measurements;
    }

    // The JIT compiler replaces its first code after 30 calls and a pause, in a thread of its own, which a machine with other work
    // may let wait: it is done when it has compiled nothing in a pass. What all cases share settles on the mixture of all corpora.
    private static void WarmUp(IReadOnlyList<Case> cases)
    {
        long before = -1;
        for (int pass = 0; pass < FewestWarmupPasses || (pass < MostWarmupPasses && JitInfo.GetCompiledMethodCount() != before); pass++)
        {
            before = JitInfo.GetCompiledMethodCount();
            foreach (Case one in cases)
            {
                long start = Stopwatch.GetTimestamp();
                for (int i = 0; i < WarmupCalls && (i == 0 || Stopwatch.GetElapsedTime(start) < s_warmupOfCase); i++)
                {
                    one.Run();
                }
            }

            Thread.Sleep(250);
        }
    }

    private static bool IsSlow(Case one)
    {
        long start = Stopwatch.GetTimestamp();
        one.Run();
        return Stopwatch.GetElapsedTime(start) > s_slow;
    }

    // What others on the machine take only ever adds to a time. The smallest one may be a lucky one.
    private static double LowerDecile(List<double> values)
    {
        values.Sort();
        return values[values.Count / 10];
    }
}
