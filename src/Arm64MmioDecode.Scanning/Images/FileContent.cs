namespace Arm64MmioDecode.Scanning.Images;

/// <summary>Something that a format's reader finds in a file: a <see cref="CodeImage"/>, a <see cref="NestedFile"/> or a <see cref="SkippedPart"/>.</summary>
public abstract class FileContent
{
    private protected FileContent()
    {
    }
}
