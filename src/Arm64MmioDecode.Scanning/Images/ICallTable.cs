namespace Arm64MmioDecode.Scanning.Images;

/// <summary>Finds the functions that relocatable code calls: the linker has not put their addresses into the instructions yet.</summary>
public interface ICallTable
{
    /// <summary>Finds the function that an instruction calls.</summary>
    /// <param name="section">The section that holds the instruction.</param>
    /// <param name="offset">The instruction's offset within the section.</param>
    /// <param name="name">The function's name, when the result is true.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryFind(CodeSection section, int offset, out string name);
}
