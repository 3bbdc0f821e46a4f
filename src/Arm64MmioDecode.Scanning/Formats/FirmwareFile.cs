using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>A file of a firmware volume: sections, of which one names the file, some hold images and some further sections.</summary>
internal sealed class FirmwareFile
{
    private const byte Compression = 0x01;
    private const byte GuidDefined = 0x02;
    private const byte Disposable = 0x03;
    private const byte Pe32 = 0x10;
    private const byte PositionIndependent = 0x11;
    private const byte Te = 0x12;
    private const byte UserInterface = 0x15;
    private const byte VolumeImage = 0x17;
    private const byte NotCompressed = 0;
    private const byte StandardCompression = 1;
    private const ushort ProcessingRequired = 0x01;
    private const int MaximumNameLength = 256;
    private const int MaximumDepth = 8;

    private static readonly Guid s_lzma = new("ee4e5898-3914-4259-9d6e-dc7bd79403cf");
    private static readonly Guid s_lzmaF86 = new("d42ae6bd-1352-4bfb-909a-ca72a6eae889");
    private static readonly Guid s_tiano = new("a31280ad-481e-41b6-95e8-127f4c984779");
    private static readonly Guid s_brotli = new("3d532050-5cda-4fd0-879e-0f7f630d5afb");

    private readonly ByteSource _sections;
    private readonly string _name;
    private readonly ReadOptions _options;
    private readonly Action<string> _report;

    public FirmwareFile(ByteSource sections, string guid, ReadOptions options, Action<string> report)
    {
        _sections = sections;
        _name = FindName(sections) ?? guid;
        _options = options;
        _report = text => report($"firmware file {_name}: {text}");
    }

    public IEnumerable<FileContent> Read() => Read(_sections, 0);

    private IEnumerable<FileContent> Read(ByteSource sections, int depth)
    {
        if (depth > MaximumDepth)
        {
            _report($"more than {MaximumDepth} sections inside each other");
            yield break;
        }

        long position = 0;
        while (TryReadSection(sections, ref position, out Section section))
        {
            foreach (FileContent content in Read(section, depth))
            {
                yield return content;
            }
        }

        // Padding to a multiple of four may follow the last section.
        if (position < sections.Length - 3)
        {
            _report($"the size of the section at 0x{position:x} does not fit into it");
        }
    }

    private IEnumerable<FileContent> Read(Section section, int depth)
    {
        switch (section.Type)
        {
            case Pe32:
            case PositionIndependent:
            case Te:
                return [new NestedFile { Name = _name, Bytes = section.Body }];
            case VolumeImage:
                return [new NestedFile { Bytes = section.Body }];
            case Disposable:
                return Read(section.Body, depth + 1);
            case Compression:
                return ReadCompressed(section.Body, depth);
            case GuidDefined:
                return ReadGuidDefined(section, depth);
            default:
                return [];
        }
    }

    private IEnumerable<FileContent> ReadCompressed(ByteSource body, int depth)
    {
        const int headerLength = 5;
        if (body.Length < headerLength)
        {
            _report("a compression section without its header");
            return [];
        }

        byte method = body.GetSpan(headerLength - 1, 1)[0];
        ByteSource data = body.Slice(headerLength, body.Length - headerLength);
        switch (method)
        {
            case NotCompressed:
                return Read(data, depth + 1);
            case StandardCompression:
                return Expand(CompressionMethod.Uefi, data, depth);
            default:
                _report($"a section is compressed by method {method}, which the UEFI specification does not have");
                return [];
        }
    }

    private IEnumerable<FileContent> ReadGuidDefined(Section section, int depth)
    {
        const int headerLength = 20;
        const int brotliHeaderLength = 16;
        ByteSource body = section.Body;
        if (body.Length < headerLength)
        {
            _report("a GUID-defined section without its header");
            return [];
        }

        ReadOnlySpan<byte> header = body.GetSpan(0, headerLength);

        // The offset counts from the section's own header.
        int dataOffset = BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) - section.HeaderLength;
        if (dataOffset < headerLength || dataOffset > body.Length)
        {
            _report("a GUID-defined section's data lies outside of it");
            return [];
        }

        var format = new Guid(header[..16]);
        ByteSource data = body.Slice(dataOffset, body.Length - dataOffset);
        if (format == s_lzma)
        {
            return Expand(CompressionMethod.Lzma, data, depth);
        }

        if (format == s_lzmaF86)
        {
            return Expand(CompressionMethod.LzmaF86, data, depth);
        }

        if (format == s_tiano)
        {
            return Expand(CompressionMethod.Tiano, data, depth);
        }

        if (format == s_brotli && data.Length >= brotliHeaderLength)
        {
            return Expand(CompressionMethod.Brotli, data.Slice(brotliHeaderLength, data.Length - brotliHeaderLength), depth);
        }

        if ((BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) & ProcessingRequired) == 0)
        {
            return Read(data, depth + 1);
        }

        _report($"a section in the unknown format {format.ToString("D").ToUpperInvariant()}");
        return [];
    }

    private IEnumerable<FileContent> Expand(CompressionMethod method, ByteSource data, int depth)
    {
        ExpandedSource expanded;
        try
        {
            expanded = Expander.Expand(method, data.GetSpan(0, data.Length), _options.Expansion);
        }
        catch (InvalidImageException exception)
        {
            _report(exception.Message);
            yield break;
        }

        using (expanded)
        {
            foreach (FileContent content in Read(expanded, depth + 1))
            {
                yield return content;
            }
        }
    }

    private static string? FindName(ByteSource sections)
    {
        long position = 0;
        while (TryReadSection(sections, ref position, out Section section))
        {
            if (section.Type == UserInterface)
            {
                long length = Math.Min(section.Body.Length & ~1L, MaximumNameLength * sizeof(char));
                string name = Encoding.Unicode.GetString(section.Body.GetSpan(0, length));
                int end = name.IndexOf('\0', StringComparison.Ordinal);
                return end == 0 ? null : end < 0 ? name : name[..end];
            }
        }

        return null;
    }

    private static bool TryReadSection(ByteSource sections, ref long position, out Section section)
    {
        const int headerLength = 4;
        const int largeHeaderLength = 8;
        const int largeSection = 0xFFFFFF;
        section = default;
        long left = sections.Length - position;
        if (left < headerLength)
        {
            return false;
        }

        ReadOnlySpan<byte> header = sections.GetSpan(position, Math.Min(largeHeaderLength, left));
        long length = header[0] | (header[1] << 8) | (header[2] << 16);
        bool isLarge = length == largeSection;
        if (isLarge)
        {
            length = header.Length < largeHeaderLength ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(header[headerLength..]);
        }

        int start = isLarge ? largeHeaderLength : headerLength;
        if (length < start || length > left)
        {
            return false;
        }

        section = new Section(header[3], start, sections.Slice(position + start, length - start));
        position = Math.Min((position + length + 3) & ~3L, sections.Length);
        return true;
    }

    private readonly record struct Section(byte Type, int HeaderLength, ByteSource Body);
}
