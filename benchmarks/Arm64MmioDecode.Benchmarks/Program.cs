using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Benchmarks.Gate;
using Arm64MmioDecode.Benchmarks.Interleaved;
using Arm64MmioDecode.Benchmarks.Reports;

namespace Arm64MmioDecode.Benchmarks;

internal static class Program
{
    private const string Usage = """
        ratios [--seconds N] [--group NAME] [--report FILE]
            measures all benchmarks in turn in this process and compares them with the floor; with --report also in other
            processes, with other settings of the runtime and compiled ahead of time, and writes tables and charts
        gate [--write] [--inflate "GROUP PARAMETER METHOD=FACTOR"]
            fails when a ratio is more than 15 % above that of benchmarks/limits.txt, and above that of the commit that set it,
            built and measured in turn; --write measures new ones; --inflate makes one method slower, to see it fail
        native-calls LIBRARY [--seconds N]
            the C library called from C beside the same in C#: benchmarks/native-calls.sh
        measure [--seconds N] [--group NAME]... [--inflate ...] and first-call
            what the other commands run in processes of their own: a line for each result
        anything else goes to BenchmarkDotNet, for example --filter '*'
        """;

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["ratios", .. var options]:
                return Parsed(options, Ratios);
            case ["gate", .. var options]:
                return Parsed(options, Gate);
            case ["native-calls", var library, .. var options]:
                NativeCalls.Library = library;
                return Parsed(options, MeasureNativeCalls);
            case ["measure", .. var options]:
                return Parsed(options, Measure);
            case ["first-call"]:
                Console.WriteLine(FirstCall.Measure().ToString("R", CultureInfo.InvariantCulture));
                return 0;
            case ["--help" or "-h"]:
                Console.WriteLine(Usage);
                return 0;
            default:
#if AHEAD_OF_TIME
                Console.Error.WriteLine(Usage);
                return 2;
#else
                BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
                return 0;
#endif
        }
    }

    private static int Parsed(string[] arguments, Func<Options, int> command)
    {
        if (Options.TryParse(arguments, out Options? options))
        {
            return command(options);
        }

        Console.Error.WriteLine(Usage);
        return 2;
    }

    private static int Ratios(Options options)
    {
        Case[] cases = [.. options.Cases()];
        IReadOnlyList<Measurement> measurements = InterleavedRun.Measure(cases, options.Duration);
        Console.Write(Report.Tables(measurements));
        if (options.Report is { } path)
        {
            FullReport.Write(path, measurements);
        }

        return 0;
    }

    private static int MeasureNativeCalls(Options options)
    {
        Console.Write(Report.Tables(InterleavedRun.Measure([.. Case.Of<NativeCalls>()], options.Duration)));
        return 0;
    }

    private static int Gate(Options options)
    {
        string limits = Path.Combine(RepositoryFolder.Benchmarks, "limits.txt");
        if (options.Write)
        {
            return RatioGate.Write(limits) ? 0 : 1;
        }

        return RatioGate.Check(limits, options.Inflate is { } inflate ? ["--inflate", inflate] : []) ? 0 : 1;
    }

    // Other libraries have no part in it.
    private static int Measure(Options options)
    {
        Case[] cases = [.. options.Cases().Where(one => !one.Name.StartsWith(nameof(A64Decoding.Capstone), StringComparison.Ordinal))];
        foreach (Measurement measurement in InterleavedRun.Measure(cases, options.Duration))
        {
            Console.WriteLine(measurement.ToLine());
        }

        return 0;
    }
}
