using System.Collections.Generic;

namespace Arm64MmioDecode.Scanning.Images;

/// <summary>What a file holds that can be scanned: sections of code, and what is known of them.</summary>
public sealed class CodeImage : FileContent
{
    /// <summary>The format, for example <c>elf64-aarch64</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The sections that hold code.</summary>
    public required IReadOnlyList<CodeSection> Sections { get; init; }

    /// <summary>The functions; null when nothing is known of them.</summary>
    public ISymbolTable? Symbols { get; init; }

    /// <summary>The source lines; null when nothing is known of them.</summary>
    public ILineTable? Lines { get; init; }

    /// <summary>The functions that relocatable code calls; null when the code itself says which.</summary>
    public ICallTable? Calls { get; init; }

    /// <summary>What the user should know: what was guessed, what was not looked at.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
