using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>What entering the kernel costs: an ioctl with a request that nobody knows.</summary>
internal static partial class SystemCalls
{
    private const int Calls = 200_000;
    private const int Rounds = 15;

    /// <summary>The time of one such ioctl in nanoseconds: the best of several rounds.</summary>
    public static double EmptyIoctl()
    {
        double best = double.PositiveInfinity;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < Calls; i++)
            {
                _ = Ioctl(0, 0, 0);
            }

            best = double.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
        }

        return best;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int file, nuint request, nuint argument);
}
