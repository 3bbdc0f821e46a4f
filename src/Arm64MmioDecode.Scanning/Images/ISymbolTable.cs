namespace Arm64MmioDecode.Scanning.Images;

/// <summary>Finds the function that an instruction is in.</summary>
public interface ISymbolTable
{
    /// <summary>Finds the function that an instruction is in.</summary>
    /// <param name="section">The section that holds the instruction.</param>
    /// <param name="address">Its address, as <see cref="CodeSection.Address"/> counts.</param>
    /// <param name="symbol">The function, when the result is true.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryFind(CodeSection section, ulong address, out CodeSymbol symbol);
}
