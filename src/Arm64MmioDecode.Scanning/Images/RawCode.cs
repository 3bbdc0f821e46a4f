using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Images;

/// <summary>Says that bytes without a format are code.</summary>
/// <param name="InstructionSet">The instruction set.</param>
/// <param name="Address">The address of the first byte.</param>
public readonly record struct RawCode(InstructionSet InstructionSet, ulong Address);
