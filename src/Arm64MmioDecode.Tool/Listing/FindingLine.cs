using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Ranking;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>What a line says of a finding beyond its <see cref="LineGroup"/>.</summary>
/// <param name="Hit">The instruction.</param>
/// <param name="Address">Its address.</param>
/// <param name="FileOffset">Its offset within the file.</param>
/// <param name="SourceLine">The line in the group's source file.</param>
/// <param name="Severity">What becomes of it on a device.</param>
/// <param name="Rank">How likely it accesses a device, where that was asked for.</param>
internal readonly record struct FindingLine(InstructionHit Hit, ulong Address, long FileOffset, int SourceLine, Severity Severity, FindingRank Rank)
{
    /// <summary>How many digits the opcode has.</summary>
    public int OpcodeDigits => Hit.InstructionSet == InstructionSet.T32 && Hit.Opcode <= ushort.MaxValue ? 4 : 8;
}
