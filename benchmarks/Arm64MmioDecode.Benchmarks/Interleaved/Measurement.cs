using System.Globalization;

namespace Arm64MmioDecode.Benchmarks.Interleaved;

/// <summary>What a case costs per operation: the lower decile of its times, its ratio to that of its floor, and managed allocation.</summary>
internal sealed record Measurement(string Group, string Parameter, string Name, bool IsBaseline, double Nanoseconds, double Ratio, double AllocatedBytes)
{
    private const char Separator = ' ';

    /// <summary>What names the case: group, parameter and name.</summary>
    public string Key => $"{Group}{Separator}{Parameter}{Separator}{Name}";

    /// <summary>A line from which <see cref="Parse"/> makes the same measurement.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture, $"{Key} {IsBaseline} {Nanoseconds:R} {Ratio:R} {AllocatedBytes:R}");

    public static Measurement Parse(string line)
    {
        string[] parts = line.Split(Separator);
        return new(parts[0], parts[1], parts[2], bool.Parse(parts[3]), Number(parts[4]), Number(parts[5]), Number(parts[6]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
