using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Formats.AArch32;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>
/// The zImage of a 32-bit kernel (Linux, arch/arm/boot/compressed): a program that unpacks the kernel, and the kernel. Nothing in the file
/// says where the kernel begins, so it is looked for.
/// </summary>
internal sealed class ZImageFormat : IFileFormat
{
    private const int MagicOffset = 0x24;
    private const int HeaderLength = 0x30;
    private const uint Magic = 0x016F2818;

    // What looks like a kernel may be by chance, in the decompressor or in another kernel.
    private const int MaximumAttempts = 16;

    public string Name => "zimage";

    public bool Recognises(ByteSource bytes)
    {
        ReadOnlySpan<byte> start = bytes.GetStart(HeaderLength);
        return start.Length == HeaderLength && BinaryPrimitives.ReadUInt32LittleEndian(start[MagicOffset..]) == Magic;
    }

    public IEnumerable<FileContent> Read(ByteSource bytes, ReadOptions options)
    {
        long length = LengthOf(bytes);
        ByteSource image = bytes.Slice(0, length);
        using ExpandedSource? kernel = FindKernel(image, options, out long start, out string problem);
        yield return ReadUnpacker(image, start);
        if (kernel is null)
        {
            throw new InvalidImageException($"the kernel in it was not found{problem}");
        }

        yield return new NestedFile { Name = "piggy", Bytes = kernel, Raw = new RawCode(InstructionSet.A32, 0) { IsGuessed = true } };
    }

    // Behind the image there may be a device tree, or another image.
    private static long LengthOf(ByteSource bytes)
    {
        ReadOnlySpan<byte> header = bytes.GetSpan(0, HeaderLength);
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(header[0x28..]);
        uint end = BinaryPrimitives.ReadUInt32LittleEndian(header[0x2C..]);
        if (end < start || end - start < HeaderLength || end - start > bytes.Length)
        {
            throw new InvalidImageException($"a zImage from 0x{start:x} to 0x{end:x} is not in the file's 0x{bytes.Length:x} bytes");
        }

        return end - start;
    }

    private static CodeImage ReadUnpacker(ByteSource image, long length)
    {
        ReadOnlyMemory<byte> code = image.GetMemory(0, length);
        List<CodeRegion> regions = [];
        if (code.Length <= CodeFlow.MaximumLength)
        {
            regions = CodeFlow.FindRegions(code.Span, 0, entry: 0);
        }
        else
        {
            GuessedCode.AddRegions(regions, code.Span, 0, code.Length, InstructionSet.A32);
        }

        return new CodeImage
        {
            Format = "zimage",
            Sections = [new CodeSection("zImage", 0, 0, image.FileOffset, code, regions)],
            Notes = ["the file has no sections: data is among what was taken for code, and addresses are offsets"],
        };
    }

    private static ExpandedSource? FindKernel(ByteSource image, ReadOptions options, out long start, out string problem)
    {
        problem = string.Empty;
        int attempts = 0;
        ReadOnlySpan<byte> bytes = image.GetSpan(0, image.Length);
        for (int at = HeaderLength; attempts < MaximumAttempts && TryFindStream(bytes, ref at, out CompressionMethod method); at++)
        {
            attempts++;
            try
            {
                start = at;
                return Expander.Expand(method, bytes[at..], options.Expansion);
            }
            catch (InvalidImageException exception)
            {
                problem = $" ({exception.Message})";
            }
        }

        start = image.Length;
        return null;
    }

    private static bool TryFindStream(ReadOnlySpan<byte> bytes, ref int at, out CompressionMethod method)
    {
        // What magic numbers begin with, .lzma's header among them.
        ReadOnlySpan<byte> first = [0x1F, 0xFD, 0x28, (byte)'B', 0x02, 0x04, 0x89, LzmaDecoder.UsualProperties];
        while (at < bytes.Length)
        {
            int found = bytes[at..].IndexOfAny(first);
            if (found < 0)
            {
                break;
            }

            at += found;
            if (Expander.TryRecognise(bytes[at..], out method))
            {
                return true;
            }

            if (LzmaDecoder.IsPlausible(bytes[at..]))
            {
                method = CompressionMethod.Lzma;
                return true;
            }

            at++;
        }

        method = default;
        return false;
    }
}
