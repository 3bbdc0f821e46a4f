using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Images;

/// <summary>A file in a file: the member of an archive, the payload of a compressed or wrapped image. It is recognised and read like a file of its own.</summary>
public sealed class NestedFile : FileContent
{
    /// <summary>
    /// The member's name; null when the outer file is only a wrapping of one payload, of which findings then speak as of the file itself.
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The bytes. Whoever asked for the contents disposes them before asking for the next.</summary>
    public required ByteSource Bytes { get; init; }

    /// <summary>Whether the file may be of a format that is not understood: it is then mentioned in a note, and no error.</summary>
    public bool MayBeUnknown { get; init; }

    /// <summary>The name of the outer format, when it should be told before the inner one (for example <c>gzip</c>).</summary>
    public string? Wrapping { get; init; }

    /// <summary>What the bytes are when they are of no known format; null when that is not known.</summary>
    public RawCode? Raw { get; init; }
}
