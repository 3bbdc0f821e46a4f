using System;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Listing;

/// <summary>Writes lines of findings. Each thread has one of its own, and what it writes does not depend on what it wrote before.</summary>
internal interface ILineFormatter
{
    /// <summary>Appends the lines of a group.</summary>
    public void Format(in LineGroup group, ReadOnlySpan<FindingLine> lines, ByteBuffer text);
}
