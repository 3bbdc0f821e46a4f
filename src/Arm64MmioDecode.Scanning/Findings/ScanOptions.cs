using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Formats;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Scanning.Findings;

/// <summary>How files are scanned.</summary>
public sealed class ScanOptions
{
    /// <summary>Which accesses are findings beyond those that may touch a device.</summary>
    public SweepOptions Sweep { get; init; } = SweepOptions.CountUndecoded;

    /// <summary>Which findings are wanted.</summary>
    public FindingFilter Filter { get; init; } = new();

    /// <summary>What readers of file formats are told.</summary>
    public ReadOptions Read { get; init; } = new();

    /// <summary>The instruction set of files that are taken for code without a format; null to recognise formats.</summary>
    public InstructionSet? RawInstructionSet { get; init; }

    /// <summary>The address of the first byte of such a file.</summary>
    public ulong RawAddress { get; init; }
}
