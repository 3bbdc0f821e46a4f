using System;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>Reads the symbols of code from a symbol table.</summary>
internal sealed class ElfSymbolReader
{
    // What a file may keep of memory with them: a Linux kernel has some 200,000 functions and a million mapping symbols.
    private const int MaximumCount = 2_000_000;

    private const int TypeNone = 0;
    private const int TypeFunction = 2;
    private const int TypeIndirectFunction = 10;
    private const int BindingGlobal = 1;
    private const int BindingWeak = 2;
    private const uint SectionUndefined = 0;
    private const uint SectionReserved = 0xFF00;
    private const uint SectionExtended = 0xFFFF;

    private readonly ElfFile _file;
    private readonly ReadOnlyMemory<byte> _table;
    private readonly ReadOnlyMemory<byte> _extendedIndices;
    private readonly int _entrySize;

    private ElfSymbolReader(ElfFile file, ElfSection table)
    {
        _file = file;
        _entrySize = file.Is64Bit ? 24 : 16;
        if (table.EntrySize != (ulong)_entrySize)
        {
            throw new InvalidImageException($"ELF symbols of {table.EntrySize} bytes, not {_entrySize}");
        }

        _table = file.GetContents(table);
        Strings = table.Link != 0 && table.Link < file.SectionCount ? file.GetContents(file.GetSection((int)table.Link)) : default;
        foreach (ElfSection section in file.Sections())
        {
            if (section.Type == ElfSection.SymbolSectionIndices && section.Link == table.Index)
            {
                _extendedIndices = file.GetContents(section);
            }
        }
    }

    /// <summary>The names.</summary>
    public ReadOnlyMemory<byte> Strings { get; }

    /// <summary>Functions and labels in ascending order, those at one address by their rank.</summary>
    public ElfSymbol[] Functions { get; private set; } = [];

    /// <summary>Mapping symbols in ascending order; <see cref="ElfSymbol.Rank"/> is the letter, the greatest last.</summary>
    public ElfSymbol[] MappingSymbols { get; private set; } = [];

    /// <summary>Reads .symtab, or .dynsym when there is none; null when there is neither.</summary>
    public static ElfSymbolReader? Read(ElfFile file)
    {
        ElfSection? dynamic = null;
        foreach (ElfSection section in file.Sections())
        {
            if (section.Type == ElfSection.SymbolTable && section.HasContents)
            {
                return Read(file, section);
            }

            dynamic = section.Type == ElfSection.DynamicSymbolTable && section.HasContents ? section : dynamic;
        }

        return dynamic is { } found ? Read(file, found) : null;
    }

    private static ElfSymbolReader Read(ElfFile file, ElfSection table)
    {
        var reader = new ElfSymbolReader(file, table);
        reader.ReadAll();
        return reader;
    }

    private void ReadAll()
    {
        // Counted first, so that no more memory is taken than needed.
        int functions = 0;
        int mappings = 0;
        int count = _table.Length / _entrySize;
        for (int i = 0; i < count; i++)
        {
            switch (TryRead(i, out _, out bool isMapping))
            {
                case false:
                    break;
                case true when isMapping:
                    mappings++;
                    break;
                default:
                    functions++;
                    break;
            }
        }

        if (functions + mappings > MaximumCount)
        {
            throw new InvalidImageException($"more than {MaximumCount} ELF symbols of code");
        }

        Functions = new ElfSymbol[functions];
        MappingSymbols = new ElfSymbol[mappings];
        functions = 0;
        mappings = 0;
        for (int i = 0; i < count; i++)
        {
            if (!TryRead(i, out ElfSymbol symbol, out bool isMapping))
            {
                continue;
            }

            if (isMapping)
            {
                MappingSymbols[mappings++] = symbol;
            }
            else
            {
                Functions[functions++] = symbol;
            }
        }

        Array.Sort(Functions, Compare);
        Array.Sort(MappingSymbols, Compare);
    }

    private static int Compare(ElfSymbol left, ElfSymbol right)
    {
        int order = left.Section.CompareTo(right.Section);
        order = order != 0 ? order : left.Address.CompareTo(right.Address);
        order = order != 0 ? order : left.Rank.CompareTo(right.Rank);
        return order != 0 ? order : left.NameOffset.CompareTo(right.NameOffset);
    }

    private bool TryRead(int index, out ElfSymbol symbol, out bool isMapping)
    {
        ReadOnlySpan<byte> entry = _table.Span.Slice(index * _entrySize, _entrySize);
        uint name = _file.U32(entry, 0);
        byte info;
        uint section;
        ulong value;
        ulong size;
        if (_file.Is64Bit)
        {
            info = entry[4];
            section = _file.U16(entry, 6);
            value = _file.U64(entry, 8);
            size = _file.U64(entry, 16);
        }
        else
        {
            value = _file.U32(entry, 4);
            size = _file.U32(entry, 8);
            info = entry[12];
            section = _file.U16(entry, 14);
        }

        isMapping = false;
        symbol = default;
        if (section == SectionExtended)
        {
            section = (index * 4) + 4 <= _extendedIndices.Length ? _file.U32(_extendedIndices.Span, index * 4) : SectionUndefined;
        }
        else if (section >= SectionReserved)
        {
            return false;
        }

        int type = info & 15;
        if (section == SectionUndefined || section > int.MaxValue || type is not (TypeNone or TypeFunction or TypeIndirectFunction) || name >= Strings.Length)
        {
            return false;
        }

        int place = _file.IsRelocatable ? (int)section : 0;
        ReadOnlySpan<byte> text = Strings.Span[(int)name..];
        if (type == TypeNone)
        {
            if (text[0] == 0 || (text[0] == '.' && text.Length > 1 && text[1] == 'L'))
            {
                return false;
            }

            if (text[0] == '$')
            {
                isMapping = text.Length > 2 && text[1] is (byte)'a' or (byte)'d' or (byte)'t' or (byte)'x' && text[2] is 0 or (byte)'.';
                symbol = new ElfSymbol(value, 0, name, place, text.Length > 1 ? text[1] : (byte)0, IsT32: false);
                return isMapping;
            }
        }

        bool isT32 = type != TypeNone && _file.Machine == ElfFile.MachineArm && (value & 1) != 0;
        value -= isT32 ? 1u : 0;

        int rank = (info >> 4) switch
        {
            BindingGlobal => 0,
            BindingWeak => 1,
            _ => 2,
        };
        symbol = new ElfSymbol(value, size, name, place, (byte)(type == TypeNone ? ElfSymbol.FirstLabelRank + rank : rank), isT32);
        return true;
    }
}
