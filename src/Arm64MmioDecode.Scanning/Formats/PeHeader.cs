using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// The headers of a PE image, a COFF object or a TE image. System.Reflection.PortableExecutable does not serve: it expects sixteen
/// data directories where the kernel's EFI stub has six, and knows neither TE images nor big objects.
/// </summary>
internal sealed class PeHeader
{
    private const int PeSignatureLength = 4;
    private const int CoffHeaderLength = 20;
    private const int BigObjectHeaderLength = 56;
    private const int TeHeaderLength = 40;
    private const int SectionHeaderLength = 40;
    private const ushort Pe32Plus = 0x20B;

    private readonly (uint Address, uint Length)[] _directories;

    private PeHeader(ByteSource bytes, ushort machine, ulong imageBase, bool isImage, (uint Address, uint Length)[] directories)
    {
        Bytes = bytes;
        Machine = machine;
        ImageBase = imageBase;
        IsImage = isImage;
        _directories = directories;
    }

    public ByteSource Bytes { get; }

    public ushort Machine { get; }

    /// <summary>What the addresses in the headers count from; 0 in objects.</summary>
    public ulong ImageBase { get; }

    public bool IsImage { get; }

    /// <summary>The relative virtual address of the entry point, with bit 0 set in T32 code; 0 in objects.</summary>
    public uint EntryAddress { get; private init; }

    public List<PeSection> Sections { get; } = [];

    /// <summary>Where the COFF symbol table is; null when there is none.</summary>
    public CoffSymbolTable? Symbols { get; private init; }

    public static bool HasPeSignature(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(64);
        if (start.Length < 64 || !start.StartsWith("MZ"u8))
        {
            return false;
        }

        long offset = BinaryPrimitives.ReadUInt32LittleEndian(start[0x3C..]);
        return offset <= bytes.Length - PeSignatureLength && bytes.GetSpan(offset, PeSignatureLength).SequenceEqual("PE\0\0"u8);
    }

    public static PeHeader ReadImage(ByteSource bytes)
    {
        if (!HasPeSignature(bytes))
        {
            throw new InvalidImageException("a DOS header without a PE header");
        }

        long coff = BinaryPrimitives.ReadUInt32LittleEndian(bytes.GetSpan(0x3C, sizeof(uint))) + (long)PeSignatureLength;
        ReadOnlySpan<byte> header = bytes.GetSpan(coff, CoffHeaderLength);
        int optionalLength = UInt16(header, 16);
        ReadOnlySpan<byte> optional = bytes.GetSpan(coff + CoffHeaderLength, optionalLength);
        bool isPlus = optionalLength >= 2 && UInt16(optional, 0) == Pe32Plus;
        int directoryStart = isPlus ? 112 : 96;
        if (optionalLength < directoryStart)
        {
            throw new InvalidImageException($"an optional header of {optionalLength} bytes is too short for a PE image");
        }

        ulong imageBase = isPlus ? BinaryPrimitives.ReadUInt64LittleEndian(optional[24..]) : UInt32(optional, 28);
        long count = Math.Min(UInt32(optional, directoryStart - 4), (optionalLength - directoryStart) / 8);
        var directories = new (uint, uint)[Math.Min(count, 16)];
        for (int i = 0; i < directories.Length; i++)
        {
            directories[i] = (UInt32(optional, directoryStart + (i * 8)), UInt32(optional, directoryStart + (i * 8) + 4));
        }

        CoffSymbolTable? symbols = CoffSymbolTable.Find(bytes, UInt32(header, 8), UInt32(header, 12), isBigObject: false);
        var result = new PeHeader(bytes, UInt16(header, 0), imageBase, isImage: true, directories) { Symbols = symbols, EntryAddress = UInt32(optional, 16) };
        result.ReadSections(coff + CoffHeaderLength + optionalLength, UInt16(header, 2), 0);
        return result;
    }

    public static PeHeader ReadObject(ByteSource bytes)
    {
        ReadOnlySpan<byte> header = bytes.GetSpan(0, CoffHeaderLength);
        CoffSymbolTable? symbols = CoffSymbolTable.Find(bytes, UInt32(header, 8), UInt32(header, 12), isBigObject: false);
        var result = new PeHeader(bytes, UInt16(header, 0), 0, isImage: false, []) { Symbols = symbols };
        result.ReadSections(CoffHeaderLength + UInt16(header, 16), UInt16(header, 2), 0);
        return result;
    }

    public static PeHeader ReadBigObject(ByteSource bytes)
    {
        ReadOnlySpan<byte> header = bytes.GetSpan(0, BigObjectHeaderLength);
        CoffSymbolTable? symbols = CoffSymbolTable.Find(bytes, UInt32(header, 48), UInt32(header, 52), isBigObject: true);
        var result = new PeHeader(bytes, UInt16(header, 6), 0, isImage: false, []) { Symbols = symbols };
        result.ReadSections(BigObjectHeaderLength, UInt32(header, 44), 0);
        return result;
    }

    /// <summary>Reads a terse executable: a PE image without the headers that firmware does not need.</summary>
    public static PeHeader ReadTerse(ByteSource bytes)
    {
        ReadOnlySpan<byte> header = bytes.GetSpan(0, TeHeaderLength);
        ulong imageBase = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        var result = new PeHeader(bytes, UInt16(header, 2), imageBase, isImage: true, []) { EntryAddress = UInt32(header, 8) };

        // Offsets count in the file as it was before the headers were stripped.
        result.ReadSections(TeHeaderLength, header[4], TeHeaderLength - UInt16(header, 6));
        return result;
    }

    public (uint Address, uint Length) GetDirectory(int index) => index < _directories.Length ? _directories[index] : default;

    /// <summary>The file's bytes from a relative virtual address to the end of its section; empty when there are none.</summary>
    public ReadOnlySpan<byte> GetAtAddress(uint address)
    {
        foreach (PeSection section in Sections)
        {
            uint skipped = address - section.Address;
            if (address >= section.Address && skipped < section.Length && section.Offset >= 0 && section.Offset + section.Length <= Bytes.Length)
            {
                return Bytes.GetSpan(section.Offset + skipped, section.Length - skipped);
            }
        }

        return default;
    }

    private void ReadSections(long table, uint count, int bias)
    {
        ReadOnlySpan<byte> headers = Bytes.GetSpan(table, count * (long)SectionHeaderLength);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = headers.Slice(i * SectionHeaderLength, SectionHeaderLength);
            uint virtualLength = UInt32(header, 8);
            uint length = UInt32(header, 16);
            if (IsImage && virtualLength != 0)
            {
                length = Math.Min(length, virtualLength);
            }

            var section = new PeSection(
                ReadName(header[..8]), UInt32(header, 12), length, UInt32(header, 20) + (long)bias, UInt32(header, 36));
            if (section.HasCode && (section.Offset < 0 || section.Offset + section.Length > Bytes.Length))
            {
                throw new InvalidImageException(
                    $"section {section.Name}: 0x{section.Length:x} bytes at 0x{section.Offset:x} lie outside of the file's 0x{Bytes.Length:x} bytes");
            }

            Sections.Add(section);
        }
    }

    // A name of more than eight characters is a slash and its place in the string table, in decimal.
    private string ReadName(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        string name = Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
        return name.StartsWith('/') && uint.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out uint offset)
            ? Symbols?.GetString(offset) ?? name
            : name;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
