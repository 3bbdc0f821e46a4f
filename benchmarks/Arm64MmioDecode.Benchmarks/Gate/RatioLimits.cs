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
    private const string CommitPrefix = "commit ";

    private readonly Dictionary<string, double> _ratios;

    private RatioLimits(string processor, string commit, Dictionary<string, double> ratios)
    {
        Processor = processor;
        Commit = commit;
        _ratios = ratios;
    }

    /// <summary>The processor on which the ratios were measured.</summary>
    public string Processor { get; }

    /// <summary>The code that was measured.</summary>
    public string Commit { get; }

    /// <summary>The cases, by <see cref="Measurement.Key"/>.</summary>
    public IReadOnlyDictionary<string, double> Ratios => _ratios;

    public static RatioLimits Read(string path)
    {
        string processor = "", commit = "";
        var ratios = new Dictionary<string, double>();
        foreach (string line in File.ReadLines(path).Where(line => line.Length != 0 && line[0] != '#'))
        {
            if (line.StartsWith(ProcessorPrefix, StringComparison.Ordinal))
            {
                processor = line[ProcessorPrefix.Length..];
                continue;
            }

            if (line.StartsWith(CommitPrefix, StringComparison.Ordinal))
            {
                commit = line[CommitPrefix.Length..];
                continue;
            }

            int space = line.LastIndexOf(' ');
            ratios.Add(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
        }

        return new(processor, commit, ratios);
    }

    /// <summary>The median ratio of each case that is not a floor, in the order in which they were measured.</summary>
    public static Dictionary<string, double> Medians(IEnumerable<IReadOnlyList<Measurement>> runs) =>
        runs.SelectMany(run => run).Where(m => !m.IsBaseline).GroupBy(m => m.Key, m => m.Ratio).ToDictionary(one => one.Key, one => one.Order().ElementAt(one.Count() / 2));

    /// <summary>Writes the medians of several runs.</summary>
    public static void Write(string path, string processor, string commit, IEnumerable<IReadOnlyList<Measurement>> runs)
    {
        var text = new StringBuilder();
        text.Append("# The ratios that no change may lose by more than 15 %, each to the floor of its group, without PGO.\n");
        text.Append("# Written by: dotnet run -c Release --project benchmarks/Arm64MmioDecode.Benchmarks -- gate --write\n");
        text.Append(CultureInfo.InvariantCulture, $"{ProcessorPrefix}{processor}\n{CommitPrefix}{commit}\n");
        foreach ((string key, double median) in Medians(runs))
        {
            text.Append(CultureInfo.InvariantCulture, $"{key} {median:0.###}\n");
        }

        File.WriteAllText(path, text.ToString());
    }
}
