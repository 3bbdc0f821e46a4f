using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Arm64MmioDecode.Benchmarks.Interleaved;
using BenchmarkDotNet.Running;

namespace Arm64MmioDecode.Benchmarks;

internal static class Program
{
    private const string Usage = """
        ratios [--seconds N] [--group NAME] [--report FILE] [--check]
            measures all benchmarks in turn in this process and compares them with the floor; with --check the exit code is 1
            when a limit is missed
        anything else goes to BenchmarkDotNet, for example --filter '*'
        """;

    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["ratios", .. var options]:
                return Ratios(options);
            case ["--help" or "-h"]:
                Console.WriteLine(Usage);
                return 0;
            default:
                BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(arguments);
                return 0;
        }
    }

    private static int Ratios(string[] options)
    {
        double seconds = 40;
        string? group = null;
        string? report = null;
        bool check = false;
        for (int i = 0; i < options.Length; i++)
        {
            switch (options[i])
            {
                case "--seconds" when i + 1 < options.Length:
                    seconds = double.Parse(options[++i], CultureInfo.InvariantCulture);
                    break;
                case "--group" when i + 1 < options.Length:
                    group = options[++i];
                    break;
                case "--report" when i + 1 < options.Length:
                    report = options[++i];
                    break;
                case "--check":
                    check = true;
                    break;
                default:
                    Console.Error.WriteLine(Usage);
                    return 2;
            }
        }

        Type[] classes = [typeof(A64Decoding), typeof(AArch32Decoding), typeof(ExitHandling), typeof(TranslatedExitHandling), typeof(VectorHandling), typeof(CodeSweeping)];
        Case[] cases = [.. classes.Where(type => group is null || type.Name == group).SelectMany(Case.Of)];
        IReadOnlyList<Measurement> measurements = InterleavedRun.Measure(cases, TimeSpan.FromSeconds(seconds));
        string text = Report.Write(measurements);
        Console.Write(text);
        if (report is not null)
        {
            File.WriteAllText(report, text);
        }

        return check && Bar.All.Any(bar => bar.Ratio(measurements) > bar.Limit) ? 1 : 0;
    }
}
