using System;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.Benchmarks.Reports;

/// <summary>What the numbers were measured on.</summary>
internal static class Machine
{
    private const string Information = "/proc/cpuinfo";

    /// <summary>The processor's name, with family and model where a virtual machine hides the rest.</summary>
    public static string Processor { get; } = FindProcessor();

    private static string FindProcessor()
    {
        string[] lines = File.Exists(Information) ? [.. File.ReadLines(Information).TakeWhile(line => line.Length != 0)] : [];
        string name = Value(lines, "model name");
        string family = Value(lines, "cpu family");
        return name.Length == 0 ? "unknown processor" : family.Length == 0 ? name : $"{name} (family {family}, model {Value(lines, "model\t")})";
    }

    private static string Value(string[] lines, string name)
    {
        string? line = lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? "" : line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..];
    }
}
