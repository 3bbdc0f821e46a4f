using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// PE images: UEFI programs, Windows programs, and kernels with an EFI stub. A compressed kernel (zboot) and the parts of a unified
/// kernel image are files in it.
/// </summary>
internal sealed class PeFormat : IFileFormat
{
    private const int ZbootHeaderLength = 0x38;

    // The part of a unified kernel image that is code (UAPI.5).
    private const string UnifiedKernelSection = ".linux";

    public string Name => "pe";

    public bool Recognises(ByteSource bytes) => bytes.GetStart(2).SequenceEqual("MZ"u8);

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        PeHeader header = PeHeader.ReadImage(bytes);
        yield return PeCode.ReadImage(header, "coff");
        if (!PeCode.IsArm(header.Machine))
        {
            yield break;
        }

        foreach (FileContent content in ReadZbootPayload(bytes, options))
        {
            yield return content;
        }

        foreach (PeSection section in header.Sections)
        {
            if (section.Name == UnifiedKernelSection)
            {
                yield return new NestedFile { Name = section.Name, Bytes = bytes.Slice(section.Offset, section.Length), MayBeUnknown = true };
            }
        }
    }

    private static IEnumerable<FileContent> ReadZbootPayload(ByteSource bytes, ReadOptions options)
    {
        byte[] header = bytes.GetStart(ZbootHeaderLength).ToArray();
        if (header.Length < ZbootHeaderLength || !header.AsSpan(4, 4).SequenceEqual("zimg"u8))
        {
            yield break;
        }

        ByteSource payload = bytes.Slice(
            BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8)), BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)));
        if (Expander.TryRecognise(payload.GetStart(Expander.LongestMagic), out _))
        {
            yield return new NestedFile { Name = "zimg", Bytes = payload };
            yield break;
        }

        if (!header.AsSpan(0x18).StartsWith("lzma"u8))
        {
            throw new InvalidImageException("the kernel in it is compressed by a method that is not supported");
        }

        using ExpandedSource expanded = Expander.Expand(CompressionMethod.Lzma, payload.GetSpan(0, payload.Length), options.Expansion);
        yield return new NestedFile { Name = "zimg", Bytes = expanded };
    }
}
