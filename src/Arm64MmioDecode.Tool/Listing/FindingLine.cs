using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>What a line says of a finding. It holds none of the image, which is gone when the line is written.</summary>
internal readonly struct FindingLine
{
    public FindingLine(in Finding finding, in CodeSymbol symbol, in SourceLocation source, FindingRank rank, bool startsGroup)
    {
        Hit = finding.Hit;
        Address = finding.Address;
        FileOffset = finding.FileOffset;
        Member = finding.Member;
        Section = finding.Section.Name;
        Symbol = symbol;
        Source = source;
        Rank = rank;
        Severity = finding.Severity;
        Sureness = finding.Sureness;
        StartsGroup = startsGroup;
    }

    public InstructionHit Hit { get; }

    public ulong Address { get; }

    public long FileOffset { get; }

    /// <summary>The member of an archive or the like; null when the code is the file's own.</summary>
    public string? Member { get; }

    /// <summary>The section's name.</summary>
    public string Section { get; }

    /// <summary>The function; without a name when it is not known.</summary>
    public CodeSymbol Symbol { get; }

    /// <summary>The source line; without a file when it is not known.</summary>
    public SourceLocation Source { get; }

    /// <summary>How likely it accesses a device, where that was asked for.</summary>
    public FindingRank Rank { get; }

    public Severity Severity { get; }

    public Sureness Sureness { get; }

    /// <summary>Whether it is the first of a function, or of a section without functions.</summary>
    public bool StartsGroup { get; }

    public bool HasSymbol => Symbol.Name is not null;

    public bool HasSource => Source.File is not null;

    /// <summary>How many digits its opcode has.</summary>
    public int OpcodeDigits => Hit.InstructionSet == InstructionSet.T32 && Hit.Opcode <= ushort.MaxValue ? 4 : 8;

    /// <summary>How many characters its names have, of which a file may hold any number.</summary>
    public long NameLength => (Symbol.Name?.Length ?? 0L) + (Source.File?.Length ?? 0) + (Member?.Length ?? 0) + Section.Length;
}
