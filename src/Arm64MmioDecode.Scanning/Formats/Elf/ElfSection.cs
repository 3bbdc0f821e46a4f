namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>A section header of an ELF file.</summary>
internal readonly record struct ElfSection(
    int Index,
    uint NameOffset,
    uint Type,
    ulong Flags,
    ulong Address,
    ulong Offset,
    ulong Size,
    uint Link,
    uint Info,
    ulong EntrySize)
{
    public const uint ProgramBits = 1;
    public const uint SymbolTable = 2;
    public const uint RelocationsWithAddends = 4;
    public const uint Note = 7;
    public const uint NoBits = 8;
    public const uint Relocations = 9;
    public const uint DynamicSymbolTable = 11;
    public const uint SymbolSectionIndices = 18;
    public const uint ArmAttributes = 0x70000003;

    /// <summary>The number of a symbol's section is in another table (SHN_XINDEX).</summary>
    public const int ExtendedIndex = 0xFFFF;

    private const ulong ExecutableFlag = 4;
    private const ulong CompressedFlag = 0x800;

    /// <summary>Whether it holds instructions (SHF_EXECINSTR).</summary>
    public bool IsExecutable => (Flags & ExecutableFlag) != 0;

    /// <summary>Whether its contents are compressed (SHF_COMPRESSED).</summary>
    public bool IsCompressed => (Flags & CompressedFlag) != 0;

    /// <summary>Whether it has contents in the file.</summary>
    public bool HasContents => Type is not (0 or NoBits) && Size != 0;
}
