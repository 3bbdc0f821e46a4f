using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>A compressed file, which wraps one other: .gz, .xz, .zst.</summary>
internal sealed class CompressedFormat : IFileFormat
{
    public string Name => "compressed";

    public bool Recognises(ByteSource bytes) => Expander.TryRecognise(bytes.GetStart(Expander.LongestMagic), out _);

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        Expander.TryRecognise(bytes.GetStart(Expander.LongestMagic), out CompressionMethod method);
        using ExpandedSource expanded = Expander.Expand(method, bytes.GetSpan(0, bytes.Length), options.Expansion);
        yield return new NestedFile { Bytes = expanded, Wrapping = Expander.NameOf(method) };
    }
}
