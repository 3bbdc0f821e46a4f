using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats.Elf;

/// <summary>
/// The headers of an ELF file of either class and byte order, read where they lie. Every offset and size in it is the guest's word
/// and checked before it is used.
/// </summary>
internal sealed class ElfFile
{
    public const ushort MachineArm = 40;
    public const ushort MachineAArch64 = 183;
    public const ushort TypeRelocatable = 1;

    private const uint ArmBigEndian8 = 0x00800000;
    private const ushort ExtendedIndex = 0xFFFF;
    private const int MaximumNameLength = 1 << 16;

    private readonly ByteSource _bytes;
    private readonly ReadOnlyMemory<byte> _sectionHeaders;
    private readonly int _sectionHeaderSize;
    private readonly ReadOnlyMemory<byte> _sectionNames;

    public ElfFile(ByteSource bytes)
    {
        _bytes = bytes;
        ReadOnlySpan<byte> identification = bytes.GetSpan(0, 16);
        Is64Bit = identification[4] switch
        {
            1 => false,
            2 => true,
            _ => throw new InvalidImageException($"an ELF file of class {identification[4]}"),
        };
        IsBigEndian = identification[5] switch
        {
            1 => false,
            2 => true,
            _ => throw new InvalidImageException($"an ELF file of byte order {identification[5]}"),
        };

        ReadOnlySpan<byte> header = bytes.GetSpan(0, Is64Bit ? 64 : 52);
        Type = U16(header, 16);
        Machine = U16(header, 18);
        int at = 24;
        Entry = Word(header, ref at);
        ProgramHeaderOffset = Word(header, ref at);
        ulong sectionHeaderOffset = Word(header, ref at);
        Flags = U32(header, at);
        ProgramHeaderSize = U16(header, at + 6);
        ProgramHeaderCount = U16(header, at + 8);
        _sectionHeaderSize = U16(header, at + 10);
        uint count = U16(header, at + 12);
        uint names = U16(header, at + 14);
        if (sectionHeaderOffset == 0)
        {
            return;
        }

        int expected = Is64Bit ? 64 : 40;
        if (_sectionHeaderSize < expected)
        {
            throw new InvalidImageException($"ELF section headers of {_sectionHeaderSize} bytes, not {expected}");
        }

        if (count == 0 || names == ExtendedIndex)
        {
            // What does not fit into the header is in the first section's.
            _sectionHeaders = bytes.GetMemory(ToOffset(sectionHeaderOffset), _sectionHeaderSize);
            ElfSection first = Parse(0);
            count = count != 0 ? count : first.Size > int.MaxValue ? throw Truncated("section headers") : (uint)first.Size;
            names = names == ExtendedIndex ? first.Link : names;
        }

        try
        {
            _sectionHeaders = bytes.GetMemory(ToOffset(sectionHeaderOffset), (long)count * _sectionHeaderSize);
        }
        catch (InvalidImageException e)
        {
            throw new InvalidImageException($"a truncated ELF file: its section headers lie outside of it ({e.Message})", e);
        }

        SectionCount = (int)count;
        if (names != 0 && names < count)
        {
            ElfSection table = Parse((int)names);
            _sectionNames = table.HasContents ? GetContents(table) : default;
        }
    }

    public bool Is64Bit { get; }

    public bool IsBigEndian { get; }

    public ushort Type { get; }

    public ushort Machine { get; }

    public ulong Entry { get; }

    public uint Flags { get; }

    public ulong ProgramHeaderOffset { get; }

    public int ProgramHeaderSize { get; }

    public int ProgramHeaderCount { get; }

    public int SectionCount { get; }

    public ByteSource Bytes => _bytes;

    public bool IsRelocatable => Type == TypeRelocatable;

    /// <summary>
    /// Whether A32 and T32 instructions are big-endian: in relocatable objects of that byte order, and in what was linked without BE8
    /// (ELF for the Arm Architecture, EF_ARM_BE8).
    /// </summary>
    public bool HasBigEndianCode => Machine == MachineArm && IsBigEndian && (IsRelocatable || (Flags & ArmBigEndian8) == 0);

    public static bool IsElf(ByteSource bytes) => bytes.GetStart(4).SequenceEqual("\u007fELF"u8);

    public ElfSection GetSection(int index) => (uint)index < (uint)SectionCount
        ? Parse(index)
        : throw new InvalidImageException($"there is no ELF section {index}");

    public IEnumerable<ElfSection> Sections()
    {
        for (int i = 1; i < SectionCount; i++)
        {
            yield return Parse(i);
        }
    }

    /// <summary>Finds a section by its name; null when there is none.</summary>
    public ElfSection? Find(string name)
    {
        foreach (ElfSection section in Sections())
        {
            if (GetName(section) == name)
            {
                return section;
            }
        }

        return null;
    }

    public string GetName(ElfSection section) => GetString(_sectionNames, section.NameOffset);

    /// <summary>A zero-terminated string of a string table, as far as it reaches.</summary>
    public static string GetString(ReadOnlyMemory<byte> table, uint offset)
    {
        if (offset >= table.Length)
        {
            return "";
        }

        ReadOnlySpan<byte> text = table.Span[(int)offset..];
        text = text[..Math.Min(text.Length, MaximumNameLength)];
        int end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    /// <summary>The contents of a section.</summary>
    public ReadOnlyMemory<byte> GetContents(ElfSection section)
    {
        try
        {
            return section.HasContents ? _bytes.GetMemory(ToOffset(section.Offset), ToOffset(section.Size)) : default;
        }
        catch (InvalidImageException e)
        {
            throw new InvalidImageException($"the contents of ELF section {section.Index} are not in the file: {e.Message}", e);
        }
    }

    public ushort U16(ReadOnlySpan<byte> bytes, int offset) => IsBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..])
        : BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    public uint U32(ReadOnlySpan<byte> bytes, int offset) => IsBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..])
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    public ulong U64(ReadOnlySpan<byte> bytes, int offset) => IsBigEndian
        ? BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..])
        : BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);

    /// <summary>A number as large as an address of this file.</summary>
    public ulong Word(ReadOnlySpan<byte> bytes, ref int offset)
    {
        ulong value = Is64Bit ? U64(bytes, offset) : U32(bytes, offset);
        offset += Is64Bit ? 8 : 4;
        return value;
    }

    // Beyond what a file can have, it is outside of it.
    internal static long ToOffset(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;

    private static InvalidImageException Truncated(string what) => new($"a truncated ELF file: its {what} lie outside of it");

    private ElfSection Parse(int index)
    {
        ReadOnlySpan<byte> header = _sectionHeaders.Span.Slice(index * _sectionHeaderSize, _sectionHeaderSize);
        uint name = U32(header, 0);
        uint type = U32(header, 4);
        int at = 8;
        ulong flags = Word(header, ref at);
        ulong address = Word(header, ref at);
        ulong offset = Word(header, ref at);
        ulong size = Word(header, ref at);
        uint link = U32(header, at);
        uint info = U32(header, at + 4);
        at += 8;
        _ = Word(header, ref at); // the alignment
        return new ElfSection(index, name, type, flags, address, offset, size, link, info, Word(header, ref at));
    }
}
