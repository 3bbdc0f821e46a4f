using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>
/// Measures in a process of its own: what the JIT compiler makes of the code differs a little from one process to the next, and
/// depends on its settings.
/// </summary>
/// <param name="Executable">The benchmark's executable; this one, or the same compiled ahead of time.</param>
/// <param name="Environment">Settings of the runtime.</param>
internal sealed record MeasuringProcess(string Executable, params (string Name, string Value)[] Environment)
{
    /// <summary>This program with the runtime's own settings.</summary>
    public static MeasuringProcess OfThis { get; } = new(System.Environment.ProcessPath!);

    /// <summary>Measures groups of cases, without those of other libraries.</summary>
    /// <param name="duration">How long, without starting and warming up.</param>
    /// <param name="options">Further options of the program's command "measure".</param>
    public IReadOnlyList<Measurement> Measure(TimeSpan duration, IEnumerable<string> options) =>
        [.. Run(["measure", "--seconds", duration.TotalSeconds.ToString(CultureInfo.InvariantCulture), .. options]).Select(Measurement.Parse)];

    /// <summary>Runs the program and returns the lines that it prints.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public IReadOnlyList<string> Run(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true };
        foreach ((string name, string value) in Environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"{Path.GetFileName(Executable)} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
