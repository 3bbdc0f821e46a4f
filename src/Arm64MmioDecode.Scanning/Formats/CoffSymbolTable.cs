using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>The COFF symbol table and the string table behind it.</summary>
internal sealed class CoffSymbolTable
{
    private const int ShortNameLength = 8;
    private const byte External = 2;
    private const byte Static = 3;
    private const byte Label = 6;

    private readonly ReadOnlyMemory<byte> _records;
    private readonly ReadOnlyMemory<byte> _strings;
    private readonly bool _isBigObject;

    private CoffSymbolTable(ReadOnlyMemory<byte> records, ReadOnlyMemory<byte> strings, bool isBigObject)
    {
        _records = records;
        _strings = strings;
        _isBigObject = isBigObject;
    }

    // The number of a symbol's section has two bytes more in big objects.
    private int RecordLength => _isBigObject ? 20 : 18;

    /// <summary>Returns null when the file has no table, or none that lies within it: symbols only help to read a report.</summary>
    public static CoffSymbolTable? Find(ByteSource bytes, uint offset, uint count, bool isBigObject)
    {
        long length = count * (isBigObject ? 20L : 18L);
        long strings = offset + length;
        if (offset == 0 || strings > bytes.Length || length > int.MaxValue)
        {
            return null;
        }

        long stringsLength = bytes.Length - strings >= sizeof(uint) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes.GetSpan(strings, sizeof(uint))) : 0;
        stringsLength = Math.Min(Math.Min(stringsLength, bytes.Length - strings), int.MaxValue);
        return new CoffSymbolTable(bytes.GetMemory(offset, length), bytes.GetMemory(strings, stringsLength), isBigObject);
    }

    public string? GetString(uint offset)
    {
        if (offset < sizeof(uint) || offset >= _strings.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> text = _strings.Span[(int)offset..];
        int end = text.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
    }

    /// <summary>Functions and labels of code: a section's number (from 1), the offset in it, a name.</summary>
    public IEnumerable<(int Section, uint Value, string Name)> ReadLabels()
    {
        int auxiliary;
        for (int start = 0; start <= _records.Length - RecordLength; start += (auxiliary + 1) * RecordLength)
        {
            ReadOnlySpan<byte> record = _records.Span.Slice(start, RecordLength);
            auxiliary = record[^1];
            byte storageClass = record[^2];
            int section = _isBigObject ? BinaryPrimitives.ReadInt32LittleEndian(record[12..]) : BinaryPrimitives.ReadInt16LittleEndian(record[12..]);

            // A static symbol with an auxiliary record and no type names its section.
            bool isSection = storageClass == Static && auxiliary != 0 && BinaryPrimitives.ReadUInt16LittleEndian(record[^4..]) == 0;
            if (section > 0 && storageClass is External or Static or Label && !isSection && ReadName(record) is { Length: > 0 } name)
            {
                yield return (section, BinaryPrimitives.ReadUInt32LittleEndian(record[8..]), name);
            }
        }
    }

    private string? ReadName(ReadOnlySpan<byte> record)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(record) == 0)
        {
            return GetString(BinaryPrimitives.ReadUInt32LittleEndian(record[4..]));
        }

        ReadOnlySpan<byte> name = record[..ShortNameLength];
        int end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}
