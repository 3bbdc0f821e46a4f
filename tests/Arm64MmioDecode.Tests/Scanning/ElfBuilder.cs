using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Builds small ELF files: what a linker writes, without a linker.</summary>
internal sealed class ElfBuilder
{
    private const uint ProgramBits = 1;
    private const uint SymbolTable = 2;
    private const uint StringTable = 3;

    private readonly List<(string Name, uint Type, ulong Flags, ulong Address, byte[] Contents, uint Link, ulong EntrySize)> _sections = [];
    private readonly List<(string Name, ulong Value, ulong Size, byte Info, ushort Section)> _symbols = [];

    public bool Is64Bit { get; init; } = true;

    public bool IsBigEndian { get; init; }

    public ushort Type { get; init; } = 2;

    public ushort Machine { get; init; } = 183;

    public uint Flags { get; init; }

    public ulong Entry { get; init; }

    /// <summary>Adds a section of code and returns its index.</summary>
    public ushort AddCode(string name, ulong address, byte[] contents)
    {
        _sections.Add((name, ProgramBits, 6, address, contents, 0, 0));
        return (ushort)_sections.Count;
    }

    /// <summary>Adds A64 or A32 words in the given byte order.</summary>
    public ushort AddCode(string name, ulong address, bool isBigEndian, params uint[] words)
    {
        var bytes = new byte[words.Length * 4];
        for (int i = 0; i < words.Length; i++)
        {
            if (isBigEndian)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), words[i]);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), words[i]);
            }
        }

        return AddCode(name, address, bytes);
    }

    public ElfBuilder AddFunction(string name, ulong value, ulong size, ushort section, byte binding = 1)
    {
        _symbols.Add((name, value, size, (byte)((binding << 4) | 2), section));
        return this;
    }

    /// <summary>Adds a label or a mapping symbol.</summary>
    public ElfBuilder AddLabel(string name, ulong value, ushort section, byte binding = 0)
    {
        _symbols.Add((name, value, 0, (byte)(binding << 4), section));
        return this;
    }

    public byte[] Build()
    {
        int headerSize = Is64Bit ? 64 : 52;
        var all = new List<(string Name, uint Type, ulong Flags, ulong Address, byte[] Contents, uint Link, ulong EntrySize)>(_sections);
        if (_symbols.Count != 0)
        {
            (byte[] table, byte[] names) = Symbols();
            all.Add((".symtab", SymbolTable, 0, 0, table, (uint)all.Count + 2, Is64Bit ? 24u : 16u));
            all.Add((".strtab", StringTable, 0, 0, names, 0, 0));
        }

        var strings = new MemoryStream();
        strings.WriteByte(0);
        all.Add((".shstrtab", StringTable, 0, 0, [], 0, 0));
        List<uint> nameOffsets = [];
        foreach (var section in all)
        {
            nameOffsets.Add((uint)strings.Length);
            strings.Write(Encoding.UTF8.GetBytes(section.Name + "\0"));
        }

        all[^1] = all[^1] with { Contents = strings.ToArray() };

        var file = new MemoryStream();
        file.SetLength(headerSize);
        file.Position = headerSize;
        List<ulong> offsets = [];
        foreach (var section in all)
        {
            file.Position = (file.Position + 7) & ~7;
            offsets.Add((ulong)file.Position);
            file.Write(section.Contents);
        }

        file.Position = (file.Position + 7) & ~7;
        long headers = file.Position;
        file.Write(new byte[Is64Bit ? 64 : 40]);
        for (int i = 0; i < all.Count; i++)
        {
            var section = all[i];
            U32(file, nameOffsets[i]);
            U32(file, section.Type);
            Word(file, section.Flags);
            Word(file, section.Address);
            Word(file, offsets[i]);
            Word(file, (ulong)section.Contents.Length);
            U32(file, section.Link);
            U32(file, 0);
            Word(file, 4);
            Word(file, section.EntrySize);
        }

        file.Position = 0;
        file.Write([0x7F, (byte)'E', (byte)'L', (byte)'F', (byte)(Is64Bit ? 2 : 1), (byte)(IsBigEndian ? 2 : 1), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        U16(file, Type);
        U16(file, Machine);
        U32(file, 1);
        Word(file, Entry);
        Word(file, 0);
        Word(file, (ulong)headers);
        U32(file, Flags);
        U16(file, (ushort)headerSize);
        U16(file, 0);
        U16(file, 0);
        U16(file, (ushort)(Is64Bit ? 64 : 40));
        U16(file, (ushort)(all.Count + 1));
        U16(file, (ushort)all.Count);
        return file.ToArray();
    }

    private (byte[] Table, byte[] Names) Symbols()
    {
        var table = new MemoryStream();
        var names = new MemoryStream();
        names.WriteByte(0);
        table.Write(new byte[Is64Bit ? 24 : 16]);
        foreach ((string name, ulong value, ulong size, byte info, ushort section) in _symbols)
        {
            U32(table, (uint)names.Length);
            names.Write(Encoding.UTF8.GetBytes(name + "\0"));
            if (Is64Bit)
            {
                table.Write([info, 0]);
                U16(table, section);
                Word(table, value);
                Word(table, size);
            }
            else
            {
                Word(table, value);
                Word(table, size);
                table.Write([info, 0]);
                U16(table, section);
            }
        }

        return (table.ToArray(), names.ToArray());
    }

    private void U16(Stream stream, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, IsBigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        stream.Write(bytes);
    }

    private void U32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, IsBigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        stream.Write(bytes);
    }

    private void Word(Stream stream, ulong value)
    {
        if (!Is64Bit)
        {
            U32(stream, (uint)value);
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, IsBigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        stream.Write(bytes);
    }
}
