namespace Arm64MmioDecode.Encodings;

/// <summary>Parameters of A32 and T32 placeholders.</summary>
internal static class AArch32Parameter
{
    /// <summary>The offset has no sign bit.</summary>
    public const int NoSign = 0xFF;

    /// <summary>Each register of a structure is followed by the lane.</summary>
    public const int OneLane = 1;

    /// <summary>Each register of a structure is followed by empty brackets.</summary>
    public const int AllLanes = 2;
}
