using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// The expansion ROM of a PCI device (PCI Firmware specification, "PCI Expansion ROM"; UEFI specification, "PCI Option ROMs"): images one
/// after the other, of which each is for another kind of processor. UEFI drivers for Arm are the files in it.
/// </summary>
internal sealed class OptionRomFormat : IFileFormat
{
    private const int HeaderLength = 0x1A;
    private const int DataLength = 0x18; // of the PCI data structure, in its first revision
    private const int Unit = 512;
    private const int UefiCode = 3;
    private const int LastImage = 0x80;
    private const uint UefiSignature = 0x0EF1;
    private const ushort Uncompressed = 0;
    private const ushort Compressed = 1;

    public string Name => "rom";

    public bool Recognises(ByteSource bytes) => bytes.GetStart(2).SequenceEqual<byte>([0x55, 0xAA]) && TryFindData(bytes, 0, out _);

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        long start = 0;
        for (int number = 0; ; number++)
        {
            if (!TryFindData(bytes, start, out long data))
            {
                throw new InvalidImageException($"image {number} of the option ROM, at 0x{start:x}, has no header");
            }

            byte[] fields = bytes.GetSpan(data, DataLength).ToArray();
            long length = UInt16(fields, 0x10) * (long)Unit;
            if (length == 0 || length > bytes.Length - start)
            {
                throw new InvalidImageException($"image {number} of the option ROM, of 0x{length:x} bytes, does not fit into it");
            }

            string name = number.ToString(CultureInfo.InvariantCulture);
            if (fields[0x14] == UefiCode)
            {
                foreach (FileContent content in ReadDriver(name, bytes.Slice(start, length), options))
                {
                    yield return content;
                }
            }
            else
            {
                yield return new SkippedPart { Note = $"{name}: code type {fields[0x14]}, not looked at" };
            }

            start += length;
            if ((fields[0x15] & LastImage) != 0)
            {
                yield break;
            }
        }
    }

    private static IEnumerable<FileContent> ReadDriver(string name, ByteSource image, ReadOptions options)
    {
        byte[] header = image.GetSpan(0, HeaderLength).ToArray();
        ushort machine = UInt16(header, 0x0A);
        ushort compression = UInt16(header, 0x0C);
        long start = UInt16(header, 0x16);
        long end = UInt16(header, 2) * (long)Unit;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)) != UefiSignature || start < HeaderLength || end < start || end > image.Length)
        {
            throw new InvalidImageException($"image {name} of the option ROM is no UEFI driver, as it says it is");
        }

        if (!PeCode.IsArm(machine))
        {
            yield return new SkippedPart { Note = $"{name}: a UEFI driver for machine 0x{machine:x}, not looked at" };
            yield break;
        }

        ByteSource driver = image.Slice(start, end - start);
        switch (compression)
        {
            case Uncompressed:
                yield return new NestedFile { Name = name, Bytes = driver };
                break;
            case Compressed:
                using (ExpandedSource expanded = Expander.Expand(CompressionMethod.Uefi, driver.GetSpan(0, driver.Length), options.Expansion))
                {
                    yield return new NestedFile { Name = name, Bytes = expanded };
                }

                break;
            default:
                throw new InvalidImageException($"image {name} of the option ROM is compressed by method {compression}, which the UEFI specification does not have");
        }
    }

    // The PCI data structure of the image that begins at an offset.
    private static bool TryFindData(ByteSource bytes, long start, out long data)
    {
        data = 0;
        if (bytes.Length - start < HeaderLength)
        {
            return false;
        }

        ReadOnlySpan<byte> header = bytes.GetSpan(start, HeaderLength);
        data = start + UInt16(header, 0x18);
        return header.StartsWith((ReadOnlySpan<byte>)[0x55, 0xAA]) && bytes.Length - data >= DataLength && bytes.GetSpan(data, DataLength).StartsWith("PCIR"u8);
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);
}
