using System;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>What readers of file formats may be told.</summary>
public sealed class ReadOptions
{
    /// <summary>A file with the symbols (and source lines) of a stripped one; null to do without.</summary>
    public ByteSource? DebugFile { get; init; }

    /// <summary>Finds the separate debug file of a build-id (lower-case hexadecimal); null to look for none.</summary>
    public Func<string, ByteSource?>? FindDebugFile { get; init; }

    /// <summary>Whether source lines are wanted, which take time to read.</summary>
    public bool SourceLines { get; init; } = true;

    /// <summary>How many bytes of expanded parts there may be at the same time, over all levels of a file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int MaximumExpandedLength
    {
        get => Expansion.Limit;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            Expansion = new ExpansionBudget(value);
        }
    }

    /// <summary>The expanded bytes that are alive.</summary>
    internal ExpansionBudget Expansion { get; private init; } = new(ExpansionBudget.DefaultLimit);
}
