namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>A section of a PE image, COFF object or TE image.</summary>
/// <param name="Name">Its name, from the string table where the header refers to it.</param>
/// <param name="Address">Relative virtual address.</param>
/// <param name="Length">How many of its bytes the file has and the image uses.</param>
/// <param name="Offset">Where they are in the file.</param>
/// <param name="Characteristics">The flags.</param>
internal sealed record PeSection(string Name, uint Address, uint Length, long Offset, uint Characteristics)
{
    private const uint ContainsCode = 0x20;
    private const uint UninitialisedData = 0x80;
    private const uint Executable = 0x20000000;

    public bool HasCode => (Characteristics & (ContainsCode | Executable)) != 0 && (Characteristics & UninitialisedData) == 0 && Length != 0;
}
