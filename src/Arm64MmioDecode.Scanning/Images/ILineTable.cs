namespace Arm64MmioDecode.Scanning.Images;

/// <summary>Finds the source line of an instruction.</summary>
public interface ILineTable
{
    /// <summary>Finds the source line of an instruction.</summary>
    /// <param name="section">The section that holds the instruction.</param>
    /// <param name="address">Its address, as <see cref="CodeSection.Address"/> counts.</param>
    /// <param name="location">The line, when the result is true.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(CodeSection section, ulong address, out SourceLocation location);
}
