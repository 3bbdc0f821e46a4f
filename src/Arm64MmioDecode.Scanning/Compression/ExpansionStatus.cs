namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>How a decompression ended.</summary>
internal enum ExpansionStatus
{
    Done,

    /// <summary>The input ends before the stream does.</summary>
    Truncated,

    /// <summary>The stream is not what its format allows, or its checksum is another.</summary>
    Corrupt,

    /// <summary>The output has no room for what the stream holds.</summary>
    TooLarge,

    /// <summary>A method or filter that is not implemented.</summary>
    Unsupported,
}
