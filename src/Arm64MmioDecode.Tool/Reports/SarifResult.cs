using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Tool.Reports;

/// <summary>A result of a SARIF report: a finding, or the first of several that it stands for.</summary>
internal sealed class SarifResult
{
    public required FindingKey Key { get; init; }

    /// <summary>How many findings of the same key there were before.</summary>
    public required int Ordinal { get; init; }

    /// <summary>The index in <see cref="SarifRule.All"/>.</summary>
    public required int Rule { get; init; }

    public required Severity Level { get; init; }

    /// <summary>The instruction's text.</summary>
    public required string Instruction { get; init; }

    /// <summary>The function with the suffixes of its compiler; null when it is not known.</summary>
    public required string? Function { get; init; }

    /// <summary>Function or section, and the offset in it.</summary>
    public required string Place { get; init; }

    public required ulong Address { get; init; }

    public required SourceLocation? Source { get; init; }

    /// <summary>How likely it accesses a device; null when that was not asked for.</summary>
    public required int? Score { get; init; }

    /// <summary>How many findings the result stands for.</summary>
    public long Count { get; set; } = 1;
}
