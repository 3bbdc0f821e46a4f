using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Images;

/// <summary>A part of a section that holds instructions of one instruction set. What lies between regions is data.</summary>
/// <param name="Start">Offset of the first byte within the section.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="InstructionSet">The instruction set.</param>
/// <param name="Sureness">How it is known.</param>
public readonly record struct CodeRegion(int Start, int Length, InstructionSet InstructionSet, Sureness Sureness);
