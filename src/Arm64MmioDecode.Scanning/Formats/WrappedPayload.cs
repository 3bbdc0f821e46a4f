using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Compression;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Scanning.Formats;

/// <summary>What a boot loader's image wraps: a file in a known format, or plain code at an address.</summary>
internal static class WrappedPayload
{
    /// <summary>Plain code of an image for <c>arm64</c> or <c>arm</c>, which is A32 or T32.</summary>
    public static RawCode PlainCode(bool is64Bit, ulong address) =>
        new(is64Bit ? InstructionSet.A64 : InstructionSet.A32, address) { IsGuessed = !is64Bit };

    /// <param name="name">The payload's name; null when there is one only.</param>
    /// <param name="data">The bytes, as they are stored.</param>
    /// <param name="compression">The method, as U-Boot names it.</param>
    /// <param name="raw">What the bytes are when they are no file of a known format; null when that is not known.</param>
    /// <param name="options">The options.</param>
    public static IEnumerable<FileContent> Read(string? name, ByteSource data, string compression, RawCode? raw, ReadOptions options)
    {
        CompressionMethod? method = compression switch
        {
            "none" => null,
            "gzip" => CompressionMethod.Gzip,
            "lzma" => CompressionMethod.Lzma,
            "zstd" => CompressionMethod.Zstd,
            "bzip2" => CompressionMethod.Bzip2,
            "lz4" => CompressionMethod.Lz4,
            "lzo" => CompressionMethod.Lzo,
            _ => throw new InvalidImageException($"{name ?? "its payload"} is compressed with {compression}, which is not supported"),
        };

        // Kernels are often compressed without the wrapping saying so, since they can unpack themselves.
        if (method is null && Expander.TryRecognise(data.GetStart(Expander.LongestMagic), out CompressionMethod recognised))
        {
            method = recognised;
        }

        if (method is null)
        {
            yield return new NestedFile { Name = name, Bytes = data, Raw = raw };
            yield break;
        }

        using ExpandedSource expanded = Expander.Expand(method.Value, data.GetSpan(0, data.Length), options.Expansion);
        yield return new NestedFile { Name = name, Bytes = expanded, Raw = raw };
    }
}
