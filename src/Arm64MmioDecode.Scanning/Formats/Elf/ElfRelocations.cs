using System;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>The relocations of a relocatable object that say what its code calls, and where its debug information points to.</summary>
internal sealed class ElfRelocations
{
    private const uint AArch64Absolute64 = 257;
    private const uint AArch64Absolute32 = 258;
    private const uint AArch64Jump26 = 282;
    private const uint AArch64Call26 = 283;
    private const uint ArmAbsolute32 = 2;
    private const uint ArmThumbCall = 10;
    private const uint ArmCall = 28;
    private const uint ArmJump24 = 29;
    private const uint ArmThumbJump24 = 30;

    private readonly ElfFile _file;
    private readonly ElfSection _section;
    private readonly ReadOnlyMemory<byte> _entries;
    private readonly ReadOnlyMemory<byte> _symbols;
    private readonly ReadOnlyMemory<byte> _extendedIndices;
    private readonly ReadOnlyMemory<byte> _strings;

    private ElfRelocations(ElfFile file, ElfSection section)
    {
        _file = file;
        _section = section;
        _entries = file.GetContents(section);
        if (section.Link == 0 || section.Link >= file.SectionCount)
        {
            return;
        }

        ElfSection symbols = file.GetSection((int)section.Link);
        _symbols = file.GetContents(symbols);
        _strings = symbols.Link != 0 && symbols.Link < file.SectionCount ? file.GetContents(file.GetSection((int)symbols.Link)) : default;
        foreach (ElfSection other in file.Sections())
        {
            if (other.Type == ElfSection.SymbolSectionIndices && other.Link == symbols.Index)
            {
                _extendedIndices = file.GetContents(other);
            }
        }
    }

    public int Count => _entries.Length / EntryLength;

    private bool HasAddends => _section.Type == ElfSection.RelocationsWithAddends;

    private int EntryLength => (_file.Is64Bit ? 16 : 8) + (!HasAddends ? 0 : _file.Is64Bit ? 8 : 4);

    private int SymbolLength => _file.Is64Bit ? 24 : 16;

    /// <summary>The relocations of a section; null when there are none.</summary>
    public static ElfRelocations? Of(ElfFile file, int section)
    {
        foreach (ElfSection candidate in file.Sections())
        {
            if (candidate.Type is ElfSection.Relocations or ElfSection.RelocationsWithAddends && candidate.Info == section && candidate.HasContents)
            {
                return new ElfRelocations(file, candidate);
            }
        }

        return null;
    }

    /// <summary>What the linker would write: the offset, the section that the value lies in, and the value.</summary>
    /// <param name="index">Which relocation.</param>
    /// <param name="contents">What is relocated, where some relocations keep their addends.</param>
    /// <param name="offset">Where it would be written.</param>
    /// <param name="target">What would be written.</param>
    /// <returns>Whether the relocation is that of an address or offset.</returns>
    public bool TryGetValue(int index, ReadOnlySpan<byte> contents, out ulong offset, out (int Section, ulong Value) target)
    {
        (offset, uint symbol, uint type, ulong addend) = ReadEntry(index);
        target = default;
        bool isArm = _file.Machine == ElfFile.MachineArm;
        if (isArm ? type != ArmAbsolute32 : type is not (AArch64Absolute64 or AArch64Absolute32))
        {
            return false;
        }

        if (!TryReadSymbol(symbol, out _, out int section, out ulong value))
        {
            return false;
        }

        if (!HasAddends && offset <= (ulong)contents.Length - sizeof(uint) && contents.Length >= sizeof(uint))
        {
            addend = _file.U32(contents, (int)offset);
        }

        target = (section, value + addend);
        return true;
    }

    /// <summary>The name of the function that a branch goes to.</summary>
    public bool TryGetCall(int index, out ulong offset, out uint nameOffset)
    {
        (offset, uint symbol, uint type, _) = ReadEntry(index);
        nameOffset = 0;
        bool isCall = _file.Machine == ElfFile.MachineArm
            ? type is ArmThumbCall or ArmCall or ArmJump24 or ArmThumbJump24
            : type is AArch64Jump26 or AArch64Call26;
        return isCall && TryReadSymbol(symbol, out nameOffset, out _, out _) && nameOffset != 0;
    }

    public string GetName(uint nameOffset) => ElfFile.GetString(_strings, nameOffset);

    private (ulong Offset, uint Symbol, uint Type, ulong Addend) ReadEntry(int index)
    {
        ReadOnlySpan<byte> entry = _entries.Span.Slice(index * EntryLength, EntryLength);
        int at = 0;
        ulong offset = _file.Word(entry, ref at);
        ulong info = _file.Word(entry, ref at);
        ulong addend = !HasAddends ? 0 : _file.Is64Bit ? _file.U64(entry, at) : (ulong)(int)_file.U32(entry, at);
        return _file.Is64Bit ? (offset, (uint)(info >> 32), (uint)info, addend) : (offset, (uint)info >> 8, (byte)info, addend);
    }

    private bool TryReadSymbol(uint index, out uint name, out int section, out ulong value)
    {
        name = 0;
        section = 0;
        value = 0;
        long start = (long)index * SymbolLength;
        if (start + SymbolLength > _symbols.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> symbol = _symbols.Span.Slice((int)start, SymbolLength);
        name = _file.U32(symbol, 0);
        value = _file.Is64Bit ? _file.U64(symbol, 8) : _file.U32(symbol, 4);
        section = _file.U16(symbol, _file.Is64Bit ? 6 : 14);
        if (section == ElfSection.ExtendedIndex)
        {
            int at = (int)Math.Min(index, int.MaxValue / 4) * 4;
            section = at + 4 <= _extendedIndices.Length ? (int)_file.U32(_extendedIndices.Span, at) : 0;
        }

        return true;
    }
}
