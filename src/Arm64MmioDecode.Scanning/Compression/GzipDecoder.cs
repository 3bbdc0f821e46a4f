using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.Compression;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>One member of a gzip file (RFC 1952), over the framework's decoder. That one says neither where a stream ended nor that
/// it was cut off: the first is found by the checksum and the length that stand there, the second by what it asked for.</summary>
internal static class GzipDecoder
{
    private const int HeaderSize = 10;
    private const int TrailerSize = 8;

    public static ReadOnlySpan<byte> Magic => [0x1F, 0x8B, 8];

    public static unsafe ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        if (!TrySkipHeader(stream, out int start))
        {
            return ExpansionStatus.Truncated;
        }

        fixed (byte* pointer = stream)
        {
            using var body = new PackedStream(pointer + start, stream.Length - start);
            ExpansionStatus status = Inflate(body, output, out written);
            if (status != ExpansionStatus.Done)
            {
                return status;
            }

            Span<byte> trailer = stackalloc byte[TrailerSize];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, Checksums.Crc32(output[..written]));
            BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)written);
            int from = start + body.LastChunk;
            int to = Math.Min(stream.Length, start + body.Given + TrailerSize);
            int found = stream[from..to].IndexOf(trailer);
            if (found < 0)
            {
                return stream.Length - start - body.Given < TrailerSize ? ExpansionStatus.Truncated : ExpansionStatus.Corrupt;
            }

            consumed = from + found + TrailerSize;
            return ExpansionStatus.Done;
        }
    }

    /// <summary>A zlib stream (RFC 1950), without its checksum: who uses it says how long it is.</summary>
    public static unsafe ExpansionStatus DecodeZlib(ReadOnlySpan<byte> stream, Span<byte> output, out int written)
    {
        const int deflateMethod = 8;
        const int presetDictionary = 0x20;
        written = 0;
        if (stream.Length < 2)
        {
            return ExpansionStatus.Truncated;
        }

        if ((stream[0] & 15) != deflateMethod || (stream[1] & presetDictionary) != 0 || BinaryPrimitives.ReadUInt16BigEndian(stream) % 31 != 0)
        {
            return ExpansionStatus.Corrupt;
        }

        fixed (byte* pointer = stream)
        {
            using var body = new PackedStream(pointer + 2, stream.Length - 2);
            return Inflate(body, output, out written);
        }
    }

    private static ExpansionStatus Inflate(PackedStream body, Span<byte> output, out int written)
    {
        written = 0;
        using var inflater = new DeflateStream(body, CompressionMode.Decompress);
        try
        {
            int read;
            while ((read = inflater.Read(output[written..])) > 0)
            {
                written += read;
            }

            // A full output reads as the end; whether there is more only a further byte says.
            if (written == output.Length && inflater.ReadByte() >= 0)
            {
                return ExpansionStatus.TooLarge;
            }
        }
        catch (InvalidDataException)
        {
            return body.AskedBeyondEnd ? ExpansionStatus.Truncated : ExpansionStatus.Corrupt;
        }

        return body.AskedBeyondEnd ? ExpansionStatus.Truncated : ExpansionStatus.Done;
    }

    private static bool TrySkipHeader(ReadOnlySpan<byte> stream, out int position)
    {
        position = HeaderSize;
        if (stream.Length < HeaderSize)
        {
            return false;
        }

        int flags = stream[3];
        if ((flags & 4) != 0)
        {
            if (stream.Length < position + 2)
            {
                return false;
            }

            position += 2 + BinaryPrimitives.ReadUInt16LittleEndian(stream[position..]);
        }

        for (int field = 8; field <= 16; field <<= 1)
        {
            if ((flags & field) == 0)
            {
                continue;
            }

            int length = position < stream.Length ? stream[position..].IndexOf((byte)0) : -1;
            if (length < 0)
            {
                return false;
            }

            position += length + 1;
        }

        if ((flags & 2) != 0)
        {
            position += 2;
        }

        return position <= stream.Length;
    }
}
