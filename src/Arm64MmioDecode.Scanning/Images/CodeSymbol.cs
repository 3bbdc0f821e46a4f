namespace Arm64MmioDecode.Scanning.Images;

/// <summary>A function, or a label in code.</summary>
/// <param name="Name">The name, as the file has it.</param>
/// <param name="Address">The address of its first instruction.</param>
public readonly record struct CodeSymbol(string Name, ulong Address);
