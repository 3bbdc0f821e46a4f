using System;
using System.Collections.Generic;

namespace Arm64MmioDecode.Scanning.Debugging;

/// <summary>The sections of a file that source lines are read from, expanded.</summary>
internal sealed class DebugSections
{
    /// <summary>.debug_line.</summary>
    public required ReadOnlyMemory<byte> Line { get; init; }

    /// <summary>.debug_line_str.</summary>
    public ReadOnlyMemory<byte> LineStrings { get; init; }

    /// <summary>.debug_str.</summary>
    public ReadOnlyMemory<byte> Strings { get; init; }

    public bool IsBigEndian { get; init; }

    /// <summary>
    /// In relocatable objects: what the linker would write at an offset of <see cref="Line"/>, and the number of the section whose
    /// address it would add; null in linked files.
    /// </summary>
    public IReadOnlyDictionary<int, DebugRelocation>? Relocations { get; init; }
}

/// <summary>A relocated value.</summary>
/// <param name="Section">The number of the section that the value lies in.</param>
/// <param name="Value">The offset within it.</param>
internal readonly record struct DebugRelocation(int Section, ulong Value);
