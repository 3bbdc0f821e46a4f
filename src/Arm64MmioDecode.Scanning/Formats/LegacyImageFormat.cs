using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>U-Boot's legacy image (include/image.h): a header of 64 bytes, and one or more payloads.</summary>
internal sealed class LegacyImageFormat : IFileFormat
{
    private const uint Magic = 0x27051956;
    private const int HeaderLength = 64;
    private const byte ArmArchitecture = 2;
    private const byte Arm64Architecture = 22;
    private const byte MultiFile = 4;
    private const byte Script = 6;
    private const int MaximumFiles = 64;

    private static readonly string[] s_compressions = ["none", "gzip", "bzip2", "lzma", "lzo", "lz4", "zstd"];

    public string Name => "uimage";

    public bool Recognises(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(sizeof(uint));
        return start.Length == sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(start) == Magic;
    }

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        byte[] header = bytes.GetSpan(0, HeaderLength).ToArray();
        uint checksum = UInt32(header, 4);
        header.AsSpan(4, sizeof(uint)).Clear();
        if (Checksums.Crc32(header) != checksum)
        {
            throw new InvalidImageException("the checksum of the U-Boot image's header is wrong");
        }

        byte architecture = header[29];
        byte type = header[30];
        if (architecture is not (ArmArchitecture or Arm64Architecture))
        {
            throw new InvalidImageException($"architecture {architecture} of the U-Boot image is not Arm");
        }

        string compression = header[31] < s_compressions.Length ? s_compressions[header[31]] : $"method {header[31]}";
        RawCode raw = WrappedPayload.PlainCode(architecture == Arm64Architecture, UInt32(header, 16));
        ByteSource payload = bytes.Slice(HeaderLength, UInt32(header, 12));
        if (type == Script)
        {
            yield return new SkippedPart { Note = "a script, without code" };
            yield break;
        }

        if (type != MultiFile)
        {
            foreach (FileContent content in WrappedPayload.Read(null, payload, compression, raw, options))
            {
                yield return content;
            }

            yield break;
        }

        int number = 0;
        foreach (ByteSource file in SplitFiles(payload))
        {
            // The first is the kernel; a RAM disk and a device tree may follow.
            string name = $"{number}";
            if (number++ > 0)
            {
                yield return new NestedFile { Name = name, Bytes = file, MayBeUnknown = true };
                continue;
            }

            foreach (FileContent content in WrappedPayload.Read(name, file, compression, raw, options))
            {
                yield return content;
            }
        }
    }

    // Lengths up to a zero, then the files, each padded to four bytes.
    private static List<ByteSource> SplitFiles(ByteSource payload)
    {
        var lengths = new List<uint>();
        long position = 0;
        while (true)
        {
            uint length = UInt32(payload.GetSpan(position, sizeof(uint)), 0);
            position += sizeof(uint);
            if (length == 0)
            {
                break;
            }

            lengths.Add(length);
            if (lengths.Count > MaximumFiles)
            {
                throw new InvalidImageException($"the U-Boot image has more than {MaximumFiles} files");
            }
        }

        var files = new List<ByteSource>();
        foreach (uint length in lengths)
        {
            files.Add(payload.Slice(position, length));
            position += (length + 3L) & ~3L;
        }

        return files;
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]);
}
