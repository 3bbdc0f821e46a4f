using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Images;

/// <summary>Says that bytes without a format are code.</summary>
/// <param name="InstructionSet">The instruction set.</param>
/// <param name="Address">The address of the first byte.</param>
public readonly record struct RawCode(InstructionSet InstructionSet, ulong Address)
{
    /// <summary>
    /// Whether the code may be A32 or T32, and data is among it: what most of it looks like is then taken, and what it loads as literals is
    /// left out.
    /// </summary>
    public bool IsGuessed { get; init; }
}
