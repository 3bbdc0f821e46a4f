using System;
using System.IO.Compression;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The compression methods, by the names that messages use.</summary>
internal enum CompressionMethod
{
    Gzip,
    Xz,
    Zstd,
    Bzip2,
    Lz4,
    Lzo,

    // Without a magic number.
    Lzma,
    LzmaF86,
    Brotli,
    Zlib,
    Uefi,
    Tiano,
}

/// <summary>Expands into memory that an <see cref="ExpansionBudget"/> bounds.</summary>
internal static class Expander
{
    /// <summary>How many bytes it takes to recognise a method.</summary>
    public const int LongestMagic = 10;

    /// <summary>The method whose magic number <paramref name="stream"/> begins with.</summary>
    public static bool TryRecognise(ReadOnlySpan<byte> stream, out CompressionMethod method)
    {
        if (stream.StartsWith(GzipDecoder.Magic))
        {
            method = CompressionMethod.Gzip;
        }
        else if (stream.StartsWith(XzDecoder.Magic))
        {
            method = CompressionMethod.Xz;
        }
        else if (stream.StartsWith(ZstdDecoder.Magic))
        {
            method = CompressionMethod.Zstd;
        }
        else if (Bzip2Decoder.IsPresent(stream))
        {
            method = CompressionMethod.Bzip2;
        }
        else if (stream.StartsWith(Lz4Decoder.LegacyMagic) || stream.StartsWith(Lz4Decoder.Magic))
        {
            method = CompressionMethod.Lz4;
        }
        else if (stream.StartsWith(LzoDecoder.Magic))
        {
            method = CompressionMethod.Lzo;
        }
        else
        {
            method = default;
            return false;
        }

        return true;
    }

    /// <summary>
    /// Expands whole streams one after the other, as their tools do; what follows the last and is no stream (padding, a length, a
    /// signature) is left alone.
    /// </summary>
    /// <returns>What the streams hold, to be disposed by the caller.</returns>
    /// <exception cref="InvalidImageException">The stream is cut off, corrupt, or too large.</exception>
    public static ExpandedSource Expand(CompressionMethod method, ReadOnlySpan<byte> stream, ExpansionBudget budget)
    {
        if (budget.Total > ExpansionBudget.MaximumTotal)
        {
            throw new InvalidImageException($"its parts expand to more than {ExpansionBudget.MaximumTotal >> 30} GiB in all");
        }

        var expanded = new ExpandedSource(budget);
        int total = 0;
        ExpansionStatus status;
        do
        {
            status = ExpandOne(method, stream, expanded.Room[total..], out int consumed, out int written);
            total += written;
            stream = status == ExpansionStatus.Done ? stream[consumed..] : default;
        }
        while (TryRecognise(stream, out CompressionMethod next) && next == method);

        if (status == ExpansionStatus.Done)
        {
            expanded.Trim(total);
            return expanded;
        }

        // It may have cost as much time as would have filled the room.
        budget.AddTotal((int)expanded.Length);
        expanded.Dispose();
        string name = NameOf(method);
        throw new InvalidImageException(status switch
        {
            ExpansionStatus.Truncated => $"{name} data is cut off",
            ExpansionStatus.TooLarge => $"{name} data expands to more than the limit of {budget.Limit >> 20} MiB for all that is expanded at a time",
            ExpansionStatus.Unsupported => $"{name} data uses a filter or check that is not supported",
            _ => $"{name} data is corrupt",
        });
    }

    public static string NameOf(CompressionMethod method) => method switch
    {
        CompressionMethod.Gzip => "gzip",
        CompressionMethod.Xz => "xz",
        CompressionMethod.Zstd => "zstd",
        CompressionMethod.Bzip2 => "bzip2",
        CompressionMethod.Lz4 => "lz4",
        CompressionMethod.Lzo => "lzo",
        CompressionMethod.Brotli => "brotli",
        CompressionMethod.Uefi => "UEFI",
        CompressionMethod.Tiano => "Tiano",
        CompressionMethod.Zlib => "zlib",
        _ => "lzma",
    };

    private static ExpansionStatus ExpandOne(CompressionMethod method, ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = stream.Length;
        switch (method)
        {
            case CompressionMethod.Gzip:
                return GzipDecoder.Decode(stream, output, out consumed, out written);
            case CompressionMethod.Zlib:
                return GzipDecoder.DecodeZlib(stream, output, out written);
            case CompressionMethod.Xz:
                return XzDecoder.Decode(stream, output, out consumed, out written);
            case CompressionMethod.Zstd:
                return ZstdDecoder.Decode(stream, output, out consumed, out written);
            case CompressionMethod.Bzip2:
                return Bzip2Decoder.Decode(stream, output, out consumed, out written);
            case CompressionMethod.Lz4:
                return Lz4Decoder.Decode(stream, output, out consumed, out written);
            case CompressionMethod.Lzo:
                return LzoDecoder.Decode(stream, output, out consumed, out written);
            case CompressionMethod.Uefi or CompressionMethod.Tiano:
                return TianoDecoder.Decode(stream, method == CompressionMethod.Uefi, output, out written);
            case CompressionMethod.Lzma:
                return LzmaDecoder.DecodeAlone(stream, output, out written);
            case CompressionMethod.LzmaF86:
                // Of x86 code EDK2 makes the targets of branches absolute before it compresses them, all of a section at once.
                ExpansionStatus status = LzmaDecoder.DecodeAlone(stream, output, out written);
                BranchFilters.Decode(BranchFilter.X86, output[..written], 0);
                return status;
            default:
                if (BrotliDecoder.TryDecompress(stream, output, out written))
                {
                    return ExpansionStatus.Done;
                }

                written = 0;
                return ExpansionStatus.Corrupt;
        }
    }
}
