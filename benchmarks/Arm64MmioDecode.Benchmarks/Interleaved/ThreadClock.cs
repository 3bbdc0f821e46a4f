using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>
/// The time that this thread has run. On a machine with other work a thread waits for a processor most of the time: whatever takes
/// longer than a time slice would seem several times as slow. Where the system does not tell it, time as it passes.
/// </summary>
internal static class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Nanoseconds since an arbitrary moment.</summary>
    public static long Now =>
        OperatingSystem.IsLinux() && clock_gettime(ThreadCpuTime, out Timespec time) == 0
            ? (time.Seconds * 1_000_000_000) + time.Nanoseconds
            : (long)Stopwatch.GetElapsedTime(0).TotalNanoseconds;

    [DllImport("libc")]
#pragma warning disable IDE1006, CA5392 // The name is the C library's; it is always loaded.
    private static extern int clock_gettime(int clock, out Timespec time);
#pragma warning restore IDE1006, CA5392

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
