namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>What a device tree says about an address.</summary>
/// <param name="File">The tree's file.</param>
/// <param name="Address">The physical address.</param>
/// <param name="Node">The node there; null when there is none.</param>
internal sealed record TreeAnswer(string File, ulong Address, MappedNode? Node);
