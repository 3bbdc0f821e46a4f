using System.Globalization;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>A range of physical addresses that a node of a device tree has.</summary>
/// <param name="Path">The node's full name.</param>
/// <param name="Compatible">The first of what it says to be compatible with; null when it does not say.</param>
/// <param name="IsMemory">Whether it is RAM.</param>
/// <param name="Start">The first address.</param>
/// <param name="Length">How many bytes.</param>
internal sealed record MappedNode(string Path, string? Compatible, bool IsMemory, ulong Start, ulong Length)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsMemory ? "memory" : Compatible ?? "a device")} ({Path}, 0x{Start:x} to 0x{unchecked(Start + Length - 1):x})");
}
