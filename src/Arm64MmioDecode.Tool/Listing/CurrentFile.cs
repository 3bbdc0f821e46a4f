namespace Arm64MmioDecode.Tool.Listing;

/// <summary>The file that is scanned. It changes only when no lines are waiting.</summary>
internal sealed class CurrentFile
{
    public string Name { get; set; } = "";
}
