using System;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Bytes as digits, in the order in which they lie.</summary>
internal static class HexText
{
    /// <summary>Two digits a byte, in lower case.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
