using System;
using System.IO;
using SharpCompress.Common;
using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>One stream of bzip2, over SharpCompress, which needs five bytes for each of the at most 900,000 of a block.</summary>
internal static class Bzip2Decoder
{
    // A stream that does not read into spans takes an array as long as the span.
    private const int PieceLength = 1 << 16;

    public static ReadOnlySpan<byte> Magic => "BZh"u8;

    /// <summary>The magic number is short: the size of a block and the number that every block begins with belong to it.</summary>
    public static bool IsPresent(ReadOnlySpan<byte> stream) =>
        stream.Length >= 10 && stream.StartsWith(Magic) && stream[3] is >= (byte)'1' and <= (byte)'9' && stream.Slice(4, 6).SequenceEqual<byte>([0x31, 0x41, 0x59, 0x26, 0x53, 0x59]);

    public static unsafe ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        if (!IsPresent(stream))
        {
            return stream.Length < 10 ? ExpansionStatus.Truncated : ExpansionStatus.Corrupt;
        }

        fixed (byte* start = stream)
        {
            using var body = new PackedStream(start, stream.Length);
            try
            {
                using BZip2Stream decoder = BZip2Stream.Create(body, CompressionMode.Decompress, decompressConcatenated: false, leaveOpen: true);
                int read;
                while ((read = decoder.Read(output.Slice(written, Math.Min(PieceLength, output.Length - written)))) > 0)
                {
                    written += read;
                }

                if (written == output.Length && decoder.ReadByte() >= 0)
                {
                    return ExpansionStatus.TooLarge;
                }
            }
            catch (Exception e) when (e is SharpCompressException or IOException or InvalidDataException or IndexOutOfRangeException)
            {
                return body.AskedBeyondEnd ? ExpansionStatus.Truncated : ExpansionStatus.Corrupt;
            }

            consumed = body.Given;
            return body.AskedBeyondEnd ? ExpansionStatus.Truncated : ExpansionStatus.Done;
        }
    }
}
