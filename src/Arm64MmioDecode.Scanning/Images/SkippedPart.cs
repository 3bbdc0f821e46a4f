namespace Arm64MmioDecode.Scanning.Images;

/// <summary>A part of a file that is not scanned, for a reason that the user should know.</summary>
public sealed class SkippedPart : FileContent
{
    /// <summary>What was skipped and why, on one line.</summary>
    public required string Note { get; init; }
}
