using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>What lines have in common that follow each other. It holds none of the image, which is gone when they are written.</summary>
internal readonly struct LineGroup
{
    public LineGroup(in Finding finding, in CodeSymbol symbol, string? sourceFile, bool isContinued)
    {
        Member = finding.Member;
        Section = finding.Section.Name;
        Sureness = finding.Sureness;
        Symbol = symbol;
        SourceFile = sourceFile;
        IsContinued = isContinued;
    }

    /// <summary>The member of an archive or the like; null when the code is the file's own.</summary>
    public string? Member { get; }

    /// <summary>The section's name.</summary>
    public string Section { get; }

    public Sureness Sureness { get; }

    /// <summary>The function; without a name when it is not known.</summary>
    public CodeSymbol Symbol { get; }

    public bool HasSymbol => Symbol.Name is not null;

    /// <summary>The source file; null when it is not known.</summary>
    public string? SourceFile { get; }

    /// <summary>Whether the line before is of the same function.</summary>
    public bool IsContinued { get; }

    /// <summary>How many characters its names have, of which a file may hold any number.</summary>
    public long NameLength => (Symbol.Name?.Length ?? 0L) + (SourceFile?.Length ?? 0) + (Member?.Length ?? 0) + Section.Length;
}
