using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using Arm64MmioDecode.Benchmarks.Corpora;
using Arm64MmioDecode.Benchmarks.Interleaved;

namespace Arm64MmioDecode.Benchmarks.Reports;

/// <summary>Writes docs/performance.md and its charts, with what other settings of the runtime make of the same code.</summary>
internal static class FullReport
{
    private const string Images = "images";
    private const int FirstCalls = 9;
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(20);

    // Of KVM's register ioctls for an LDP, with translation on (docs/kvm.md).
    private const int RegisterIoctls = 10;

    /// <param name="path">The document.</param>
    /// <param name="measurements">What this process has measured.</param>
    public static void Write(string path, IReadOnlyList<Measurement> measurements)
    {
        var ahead = new MeasuringProcess(PublishAheadOfTime());
        var withoutProfile = MeasuringProcess.OfThis with { Environment = [("DOTNET_TieredPGO", "0")] };
        (string Name, IReadOnlyList<Measurement> Measurements)[] runs =
        [
            ("JIT", measurements),
            ("JIT without PGO", withoutProfile.Measure(s_duration, [])),
            ("NativeAOT", ahead.Measure(s_duration, [])),
        ];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # Performance

            Written by `dotnet run -c Release --project benchmarks/Arm64MmioDecode.Benchmarks -- ratios --report docs/performance.md`
            (three minutes; `benchmarks/fetch-corpus.sh` fetches the code that it decodes).
            BenchmarkDotNet measures the same methods: `… -- --filter '*'`.

            - {Machine.Processor}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}
            - {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.ProcessArchitecture}

            All cases run in turn in one process, under a millisecond each, round after round. Times are those that the thread has run,
            without its waiting for a processor, and of them lower deciles, since whatever else runs on the machine only adds to a
            time; ratios are those of these times to the floor's. The floor is a method that is not inlined, has no branch, and fills a 16-byte struct from one
            lookup in a table of 4,096 entries. An exit's registers are the library's own `GuestRegisters`, which it asks without interface calls.

            ![Decoding](images/performance-decoding.svg)

            ![An exit](images/performance-exit.svg)

            ![Beside Capstone](images/performance-capstone.svg)


            """);
        text.Append(Report.Tables(measurements));
        Runtimes(text, runs);
        Sweeps(text);
        FirstExit(text, ahead);
        BesideTheKernel(text, measurements);
        text.Append("""
            ## What no change may lose

            `benchmarks/limits.txt` has the ratios without PGO and the commit that they are of. `… -- gate` looks closer at each that is more than
            15 % larger in the median of three processes: it builds that commit and measures both in turn, in five processes each, and fails
            when this one is more than 15 % slower there, too. (Two machines with one kind of processor differ by as much: 16 to 19 % where a case
            that computes stands beside a floor that reads memory. What depends on where code lies in memory differs between processes:
            the branches of the libc's text by up to 20 %.) Times that threads wait for a processor do not count, nor what the JIT compiler had
            not finished.
            `gate --write` measures new limits; `gate --inflate "A64Decoding LibcText Decode=1.25"` shows it fail.

            """);
        File.WriteAllText(path, text.ToString());
        string folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Images);
        File.WriteAllText(Path.Combine(folder, "performance-decoding.svg"), Decoding(runs).ToSvg());
        File.WriteAllText(Path.Combine(folder, "performance-exit.svg"), Exits(runs).ToSvg());
        File.WriteAllText(Path.Combine(folder, "performance-capstone.svg"), Capstone(measurements).ToSvg());
    }

    private static void Runtimes(StringBuilder text, (string Name, IReadOnlyList<Measurement> Measurements)[] runs)
    {
        text.Append("## Other settings of the runtime\n\nThe same ratios, each to the floor in its own process. Without PGO the JIT compiler knows nothing of earlier calls\n");
        text.Append("(`DOTNET_TieredPGO=0`). With it, a decoder that it has made part of the benchmark's loop leaves out what the loop does not use.\n");
        text.Append("NativeAOT compiles for any x64 processor since 2009.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| |{string.Concat(runs.Select(run => $" {run.Name} |"))}\n|---|{string.Concat(runs.Select(_ => "---:|"))}\n");
        foreach (Measurement m in runs[0].Measurements.Where(m => !m.IsBaseline && runs.All(run => run.Measurements.Any(other => other.Key == m.Key))))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Report.Words(m.Group)}: {Report.Words(m.Parameter)}, {Report.Words(m.Name).ToLowerInvariant()} |");
            text.Append(string.Concat(runs.Select(run => $" {Report.Significant(Ratio(run.Measurements, m.Key))}× |"))).Append('\n');
        }

        text.Append('\n');
    }

    private static void Sweeps(StringBuilder text) => text.Append(CultureInfo.InvariantCulture, $"""
        ## 2^30 words on one core

        | | |
        |---|---:|
        | decoding 2^30 different words, spread over all 2^32 | {LargeSweeps.Decode().TotalSeconds:0.0} s |
        | finding the instructions without a syndrome in 2^30 words of code (4 GiB) | {LargeSweeps.Sweep().TotalSeconds:0.0} s |


        """);

    private static void FirstExit(StringBuilder text, MeasuringProcess ahead) => text.Append(CultureInfo.InvariantCulture, $"""
        ## The first exit of a process

        Medians of {FirstCalls} processes, from making the handler to the changed registers.

        | | |
        |---|---:|
        | JIT | {First(MeasuringProcess.OfThis):0.0} ms |
        | JIT, `TieredCompilation=0` | {First(MeasuringProcess.OfThis with { Environment = [("DOTNET_TieredCompilation", "0")] }):0.0} ms |
        | NativeAOT | {First(ahead):0.00} ms |

        The packages have images that were compiled ahead; a program that has them waits for the JIT compiler hardly at all, 1.7 ms instead of
        21 ms for a guest with its MMU on ([the first exit](handling.md#the-first-exit)). The rows of the JIT compiler above are of the benchmark, which is built with the library's sources. A VMM can also make a
        handler and let it handle one exit of a device of its own before the guest starts.


        """);

    private static void BesideTheKernel(StringBuilder text, IReadOnlyList<Measurement> measurements)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        double ioctl = SystemCalls.EmptyIoctl();
        text.Append(CultureInfo.InvariantCulture, $"""
            ## Beside the kernel

            An ioctl that does nothing takes {Report.Significant(ioctl)} ns here: the least that one of KVM's register calls and KVM_RUN can cost. An exit on LDP
            with translation on needs one KVM_RUN and {RegisterIoctls} register calls ([system calls](kvm.md#system-calls), counted by the proof in KVM), so
            what the handler adds is small beside them.

            | An exit on | Handler | In empty ioctls | Part of {RegisterIoctls + 1} |
            |---|---:|---:|---:|

            """);
        foreach (Measurement m in measurements.Where(m => m.Name == nameof(ExitHandling.Handler)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Report.Words(m.Parameter)}{(m.Group == nameof(TranslatedExitHandling) ? ", translated" : "")} | {Report.Significant(m.Nanoseconds)} ns | {Report.Significant(m.Nanoseconds / ioctl)} | {m.Nanoseconds / ioctl / (RegisterIoctls + 1):0.0 %} |\n");
        }

        text.Append('\n');
    }

    private static Chart Decoding((string Name, IReadOnlyList<Measurement> Measurements)[] runs) => new(
        "Decoding one instruction, in floors",
        [.. runs.Select(run => run.Name)],
        Rows(runs, m => m.Name == nameof(A64Decoding.Decode), m => m.Group == nameof(A64Decoding) ? $"A64: {Report.Words(m.Parameter)}" : Report.Words(m.Parameter)));

    private static Chart Exits((string Name, IReadOnlyList<Measurement> Measurements)[] runs) => new(
        "Handling one exit, in floors",
        [.. runs.Select(run => run.Name)],
        Rows(runs, m => m.Name == nameof(ExitHandling.Handler), m => m.Group == nameof(TranslatedExitHandling) ? $"{Report.Words(m.Parameter)}, translated" : Report.Words(m.Parameter)));

    private static Chart Capstone(IReadOnlyList<Measurement> measurements) => new(
        "Decoding the loads and stores of a libc, in floors (logarithmic)",
        [""],
        [
            .. measurements.Where(m => m is { Group: nameof(A64Decoding), Parameter: nameof(A64Corpus.LibcLoadsAndStores), IsBaseline: false })
                .Select(m => (Report.Words(m.Name), (IReadOnlyList<double>)[m.Ratio])),
        ],
        IsLogarithmic: true);

    private static IReadOnlyList<(string, IReadOnlyList<double>)> Rows((string Name, IReadOnlyList<Measurement> Measurements)[] runs, Func<Measurement, bool> belongs, Func<Measurement, string> label) =>
    [
        .. runs[0].Measurements.Where(belongs).Select(m => (label(m), (IReadOnlyList<double>)[.. runs.Select(run => Ratio(run.Measurements, m.Key))])),
    ];

    private static double Ratio(IReadOnlyList<Measurement> measurements, string key) =>
        measurements.FirstOrDefault(m => m.Key == key)?.Ratio ?? double.NaN;

    private static double First(MeasuringProcess process)
    {
        double[] milliseconds = [.. Enumerable.Range(0, FirstCalls).Select(_ => double.Parse(process.Run(["first-call"])[0], CultureInfo.InvariantCulture)).Order()];
        return milliseconds[FirstCalls / 2];
    }

    // Below the repository's folder, where the corpus is found, and apart from this program, which it would replace.
    private static string PublishAheadOfTime()
    {
        string project = Path.Combine(RepositoryFolder.Benchmarks, "Arm64MmioDecode.Benchmarks");
        string artifacts = Path.Combine(RepositoryFolder.Root, "artifacts", "ahead-of-time");
        string output = Path.Combine(artifacts, "benchmarks");
        using Process publish = Process.Start("dotnet", ["publish", project, "-c", "Release", "-p:AheadOfTime=true", "--use-current-runtime", "-v", "quiet", "--artifacts-path", artifacts, "-o", output]);
        publish.WaitForExit();
        return publish.ExitCode == 0 ? Path.Combine(output, "Arm64MmioDecode.Benchmarks") : throw new InvalidOperationException("the benchmarks could not be published ahead of time");
    }
}
