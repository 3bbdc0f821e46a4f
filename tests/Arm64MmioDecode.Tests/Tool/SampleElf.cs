using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;

namespace Arm64MmioDecode.Tests.Tool;

/// <summary>Makes an A64 ELF file of one section of code with one function.</summary>
internal static class SampleElf
{
    private const int HeaderLength = 64;
    private const int SectionHeaderLength = 64;
    private const int SymbolLength = 24;

    public static byte[] Build(ulong address, string function, uint[] code)
    {
        byte[] text = new byte[code.Length * 4];
        for (int i = 0; i < code.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(text.AsSpan(i * 4), code[i]);
        }

        byte[] strings = Encoding.ASCII.GetBytes("\0$x\0" + function + "\0");
        byte[] names = Encoding.ASCII.GetBytes("\0.text\0.symtab\0.strtab\0.shstrtab\0");
        byte[] symbols = new byte[3 * SymbolLength];
        Symbol(symbols.AsSpan(SymbolLength), name: 1, info: 0, address, size: 0);
        Symbol(symbols.AsSpan(2 * SymbolLength), name: 4, info: 0x12, address, (ulong)text.Length);

        List<byte> file = [.. new byte[HeaderLength]];
        ulong textAt = Append(text);
        ulong symbolsAt = Append(symbols);
        ulong stringsAt = Append(strings);
        ulong namesAt = Append(names);
        ulong headersAt = Append(new byte[5 * SectionHeaderLength]);
        byte[] bytes = [.. file];

        ReadOnlySpan<byte> identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(bytes);
        Span<byte> header = bytes;
        BinaryPrimitives.WriteUInt16LittleEndian(header[16..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[18..], 183);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], headersAt);
        BinaryPrimitives.WriteUInt16LittleEndian(header[52..], HeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[58..], SectionHeaderLength);
        BinaryPrimitives.WriteUInt16LittleEndian(header[60..], 5);
        BinaryPrimitives.WriteUInt16LittleEndian(header[62..], 4);
        Section(1, name: 1, type: 1, flags: 6, address, textAt, (ulong)text.Length, link: 0, info: 0, entry: 0);
        Section(2, name: 7, type: 2, flags: 0, 0, symbolsAt, (ulong)symbols.Length, link: 3, info: 2, entry: SymbolLength);
        Section(3, name: 15, type: 3, flags: 0, 0, stringsAt, (ulong)strings.Length, link: 0, info: 0, entry: 0);
        Section(4, name: 23, type: 3, flags: 0, 0, namesAt, (ulong)names.Length, link: 0, info: 0, entry: 0);
        return bytes;

        ulong Append(byte[] part)
        {
            file.AddRange(new byte[(8 - (file.Count % 8)) % 8]);
            ulong at = (ulong)file.Count;
            file.AddRange(part);
            return at;
        }

        void Section(int index, uint name, uint type, ulong flags, ulong sectionAddress, ulong offset, ulong size, uint link, uint info, ulong entry)
        {
            Span<byte> section = bytes.AsSpan((int)headersAt + (index * SectionHeaderLength));
            BinaryPrimitives.WriteUInt32LittleEndian(section, name);
            BinaryPrimitives.WriteUInt32LittleEndian(section[4..], type);
            BinaryPrimitives.WriteUInt64LittleEndian(section[8..], flags);
            BinaryPrimitives.WriteUInt64LittleEndian(section[16..], sectionAddress);
            BinaryPrimitives.WriteUInt64LittleEndian(section[24..], offset);
            BinaryPrimitives.WriteUInt64LittleEndian(section[32..], size);
            BinaryPrimitives.WriteUInt32LittleEndian(section[40..], link);
            BinaryPrimitives.WriteUInt32LittleEndian(section[44..], info);
            BinaryPrimitives.WriteUInt64LittleEndian(section[48..], 4);
            BinaryPrimitives.WriteUInt64LittleEndian(section[56..], entry);
        }
    }

    private static void Symbol(Span<byte> symbol, uint name, byte info, ulong value, ulong size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(symbol, name);
        symbol[4] = info;
        BinaryPrimitives.WriteUInt16LittleEndian(symbol[6..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(symbol[8..], value);
        BinaryPrimitives.WriteUInt64LittleEndian(symbol[16..], size);
    }
}
