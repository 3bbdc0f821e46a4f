using System;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>Writes lines of findings. Each thread has one of its own.</summary>
internal interface ILineFormatter
{
    /// <summary>Appends lines; what they say must not depend on those before.</summary>
    public void Format(ReadOnlySpan<FindingLine> lines, ByteBuffer text);
}
