using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Benchmarks.Interleaved;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>The options of the commands.</summary>
internal sealed class Options
{
    private readonly List<string> _groups = [];

    private Options()
    {
    }

    public TimeSpan Duration { get; private set; } = TimeSpan.FromSeconds(40);

    public string? Report { get; private set; }

    /// <summary>A case and how many times slower it shall be.</summary>
    public string? Inflate { get; private set; }

    public bool Write { get; private set; }

    public static bool TryParse(string[] arguments, [NotNullWhen(true)] out Options? options)
    {
        options = new Options();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--seconds" when i + 1 < arguments.Length && double.TryParse(arguments[i + 1], NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds):
                    options.Duration = TimeSpan.FromSeconds(seconds);
                    i++;
                    break;
                case "--group" when i + 1 < arguments.Length:
                    options._groups.Add(arguments[++i]);
                    break;
                case "--report" when i + 1 < arguments.Length:
                    options.Report = arguments[++i];
                    break;
                case "--inflate" when i + 1 < arguments.Length && arguments[i + 1].Contains('=', StringComparison.Ordinal):
                    options.Inflate = arguments[++i];
                    break;
                case "--write":
                    options.Write = true;
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    /// <summary>The cases of the groups that are asked for, or all.</summary>
    public IEnumerable<Case> Cases()
    {
        string[] inflated = Inflate?.Split('=') ?? ["", "1"];
        return Case.Groups.Where(group => _groups.Count == 0 || _groups.Contains(group.Group))
            .SelectMany(group => group.Cases())
            .Select(one => one.Key == inflated[0] ? one.Inflated(double.Parse(inflated[1], CultureInfo.InvariantCulture)) : one);
    }
}
