using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Benchmarks.Interleaved;

namespace Arm64MmioDecode.Benchmarks.Gate;

/// <summary>The ratios of benchmarks/limits.txt, a line for each: group, parameter, method and ratio.</summary>
internal sealed class RatioLimits
{
    private const string ProcessorPrefix = "processor ";

    private readonly Dictionary<string, double> _ratios;

    private RatioLimits(string processor, Dictionary<string, double> ratios)
    {
        Processor = processor;
        _ratios = ratios;
    }

    /// <summary>The processor on which the ratios were measured.</summary>
    public string Processor { get; }

    /// <summary>The cases, by <see cref="Measurement.Key"/>.</summary>
    public IReadOnlyDictionary<string, double> Ratios => _ratios;

    public static RatioLimits Read(string path)
    {
        string processor = "";
        var ratios = new Dictionary<string, double>();
        foreach (string line in File.ReadLines(path).Where(line => line.Length != 0 && line[0] != '#'))
        {
            if (line.StartsWith(ProcessorPrefix, StringComparison.Ordinal))
            {
                processor = line[ProcessorPrefix.Length..];
                continue;
            }

            int space = line.LastIndexOf(' ');
            ratios.Add(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
        }

        return new(processor, ratios);
    }

    /// <summary>The median; not a number when there are none.</summary>
    public static double Median(IEnumerable<double>? ratios)
    {
        double[] sorted = [.. (ratios ?? []).Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    /// <summary>Writes the medians of several runs.</summary>
    public static void Write(string path, string processor, IEnumerable<IReadOnlyList<Measurement>> runs)
    {
        var text = new StringBuilder();
        text.Append("# The ratios that no change may lose by more than 15 %, each to the floor of its group, without PGO.\n");
        text.Append("# Written by: dotnet run -c Release --project benchmarks/Arm64MmioDecode.Benchmarks -- gate --write\n");
        text.Append(CultureInfo.InvariantCulture, $"{ProcessorPrefix}{processor}\n");
        foreach (IGrouping<string, double> one in runs.SelectMany(run => run).Where(m => !m.IsBaseline).GroupBy(m => m.Key, m => m.Ratio))
        {
            text.Append(CultureInfo.InvariantCulture, $"{one.Key} {Median(one):0.###}\n");
        }

        File.WriteAllText(path, text.ToString());
    }
}
