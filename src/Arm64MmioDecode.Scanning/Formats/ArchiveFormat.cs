using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>Archives of <c>ar</c>, with GNU's and BSD's ways to write long names.</summary>
internal sealed class ArchiveFormat : IFileFormat
{
    private const int MagicLength = 8;
    private const int HeaderLength = 60;
    private const int MaximumNameLength = 4096;

    public string Name => "ar";

    public bool Recognises(ByteSource bytes) =>
        bytes.GetStart(MagicLength) is var magic && (magic.SequenceEqual("!<arch>\n"u8) || magic.SequenceEqual("!<thin>\n"u8));

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        if (bytes.GetStart(MagicLength)[2] == 't')
        {
            throw new InvalidImageException("a thin archive, whose members are files of their own: scan these");
        }

        ReadOnlyMemory<byte> longNames = default;
        long position = MagicLength;
        while (position < bytes.Length)
        {
            if (bytes.Length - position < HeaderLength)
            {
                throw new InvalidImageException($"a truncated archive: {bytes.Length - position} bytes after its last member");
            }

            (string name, long size) = ReadHeader(bytes.GetSpan(position, HeaderLength), position);
            position += HeaderLength;
            if (size > bytes.Length - position)
            {
                throw new InvalidImageException($"a truncated archive: the member at 0x{position:x} has {size} bytes");
            }

            long next = position + size + (size & 1);
            if (name == "//")
            {
                longNames = bytes.GetMemory(position, size);
            }
            else if (!IsSymbolIndex(name))
            {
                (string full, int nameLength) = LongName(bytes, position, size, name, longNames);
                if (!IsSymbolIndex(full))
                {
                    yield return new NestedFile
                    {
                        Name = full,
                        Bytes = bytes.Slice(position + nameLength, size - nameLength),
                        MayBeUnknown = true,
                    };
                }
            }

            position = next;
        }
    }

    private static (string Name, long Size) ReadHeader(ReadOnlySpan<byte> header, long position)
    {
        string size = Encoding.ASCII.GetString(header.Slice(48, 10)).TrimEnd(' ');
        if (header[58] != '`' || header[59] != '\n' || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
        {
            throw new InvalidImageException($"a corrupted archive: there is no member's header at 0x{position:x}");
        }

        return (Encoding.UTF8.GetString(header[..16]).TrimEnd(' '), length);
    }

    private static bool IsSymbolIndex(string name) =>
        name is "/" or "/SYM64/" || name.StartsWith("__.SYMDEF", StringComparison.Ordinal);

    // GNU: "/123" is an offset into the member "//", other names end with a slash. BSD: "#1/20" is a name of 20 bytes before the contents.
    private static (string Name, int LengthBefore) LongName(ByteSource bytes, long position, long size, string name, ReadOnlyMemory<byte> longNames)
    {
        if (name.StartsWith("#1/", StringComparison.Ordinal) && int.TryParse(name.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            && length <= size && length <= MaximumNameLength)
        {
            return (Encoding.UTF8.GetString(bytes.GetSpan(position, length)).TrimEnd('\0'), length);
        }

        if (name.Length > 1 && name[0] == '/' && int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int offset)
            && offset < longNames.Length)
        {
            ReadOnlySpan<byte> text = longNames.Span[offset..];
            text = text[..Math.Min(text.Length, MaximumNameLength)];
            int end = text.IndexOfAny((byte)'\n', (byte)0);
            name = Encoding.UTF8.GetString(end < 0 ? text : text[..end]);
        }

        return (name.Length > 1 && name[^1] == '/' ? name[..^1] : name, 0);
    }
}
