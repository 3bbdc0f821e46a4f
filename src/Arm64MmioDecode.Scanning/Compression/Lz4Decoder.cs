using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>
/// LZ4 in either of its containers (doc/lz4_Frame_format.md of LZ4): the legacy one, which kernels are packed into, and the frame. Blocks
/// of a frame may refer to earlier ones; since the output is the window, that needs nothing.
/// </summary>
internal static class Lz4Decoder
{
    private const uint FrameMagic = 0x184D2204;
    private const uint UncompressedBlock = 0x80000000;
    private const int WordLength = sizeof(uint);
    private const int LegacyBlockLength = 8 << 20;
    private const int MinimumMatch = 4;

    public static ReadOnlySpan<byte> LegacyMagic => [0x02, 0x21, 0x4C, 0x18];

    public static ReadOnlySpan<byte> Magic => [0x04, 0x22, 0x4D, 0x18];

    public static ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = 0;
        written = 0;
        if (stream.Length < WordLength)
        {
            return ExpansionStatus.Truncated;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(stream) == FrameMagic
            ? DecodeFrame(stream, output, out consumed, out written)
            : DecodeLegacy(stream, output, out consumed, out written);
    }

    // Blocks up to the end of the file. A kernel's length may follow, and other things may: what cannot be the size of a block ends it.
    private static ExpansionStatus DecodeLegacy(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        consumed = WordLength;
        written = 0;
        while (stream.Length - consumed >= WordLength)
        {
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(stream[consumed..]);
            bool isLength = stream.Length - consumed == WordLength || size == (uint)written;
            if (size == 0 || size > LegacyBlockLength + (LegacyBlockLength / 255) + 16 || (isLength && written != 0))
            {
                break;
            }

            if (size > stream.Length - consumed - WordLength)
            {
                return ExpansionStatus.Truncated;
            }

            int before = written;
            Span<byte> room = output[..(int)Math.Min(output.Length, (long)before + LegacyBlockLength)];
            ExpansionStatus status = DecodeBlock(stream.Slice(consumed + WordLength, (int)size), room, ref written, windowStart: before);
            if (status != ExpansionStatus.Done)
            {
                return status == ExpansionStatus.TooLarge && room.Length < output.Length ? ExpansionStatus.Corrupt : status;
            }

            consumed += WordLength + (int)size;
            if (written - before < LegacyBlockLength)
            {
                break; // only the last one is shorter
            }
        }

        return written == 0 ? ExpansionStatus.Truncated : ExpansionStatus.Done;
    }

    private static ExpansionStatus DecodeFrame(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        const int version = 1;
        consumed = 0;
        written = 0;
        if (stream.Length < 7)
        {
            return ExpansionStatus.Truncated;
        }

        int flags = stream[4];
        bool isLinked = (flags & 0x20) == 0;
        int blockChecksum = (flags & 0x10) != 0 ? WordLength : 0;
        bool hasLength = (flags & 8) != 0;
        int contentChecksum = (flags & 4) != 0 ? WordLength : 0;
        if (flags >> 6 != version || (flags & 3) != 0)
        {
            return ExpansionStatus.Unsupported; // a dictionary among it
        }

        // The header ends with a byte of its own checksum, which the magic number does not belong to.
        int position = 7 + (hasLength ? sizeof(ulong) : 0);
        if (stream.Length < position)
        {
            return ExpansionStatus.Truncated;
        }

        if (stream[position - 1] != (byte)(XxHash32.Compute(stream[WordLength..(position - 1)]) >> 8))
        {
            return ExpansionStatus.Corrupt;
        }

        while (true)
        {
            if (stream.Length - position < WordLength)
            {
                return ExpansionStatus.Truncated;
            }

            uint size = BinaryPrimitives.ReadUInt32LittleEndian(stream[position..]);
            position += WordLength;
            if (size == 0)
            {
                break;
            }

            int length = (int)(size & ~UncompressedBlock);
            if (length > stream.Length - position - blockChecksum)
            {
                return ExpansionStatus.Truncated;
            }

            ReadOnlySpan<byte> block = stream.Slice(position, length);
            position += length;
            if (blockChecksum != 0 && !HasChecksum(block, stream[position..]))
            {
                return ExpansionStatus.Corrupt;
            }

            position += blockChecksum;
            if ((size & UncompressedBlock) == 0)
            {
                ExpansionStatus status = DecodeBlock(block, output, ref written, isLinked ? 0 : written);
                if (status != ExpansionStatus.Done)
                {
                    return status;
                }
            }
            else if (!Append(block, output, ref written))
            {
                return ExpansionStatus.TooLarge;
            }
        }

        if (stream.Length - position < contentChecksum)
        {
            return ExpansionStatus.Truncated;
        }

        if (contentChecksum != 0 && !HasChecksum(output[..written], stream[position..]))
        {
            return ExpansionStatus.Corrupt;
        }

        if (hasLength && BinaryPrimitives.ReadUInt64LittleEndian(stream[6..]) != (ulong)written)
        {
            return ExpansionStatus.Corrupt;
        }

        consumed = position + contentChecksum;
        return ExpansionStatus.Done;
    }

    private static bool HasChecksum(ReadOnlySpan<byte> data, ReadOnlySpan<byte> checksum) =>
        BinaryPrimitives.ReadUInt32LittleEndian(checksum) == XxHash32.Compute(data);

    private static ExpansionStatus DecodeBlock(ReadOnlySpan<byte> block, Span<byte> output, ref int written, int windowStart)
    {
        int position = 0;
        while (position < block.Length)
        {
            int token = block[position++];
            if (!TryReadLength(block, ref position, token >> 4, out int literals) || literals > block.Length - position)
            {
                return ExpansionStatus.Corrupt;
            }

            if (!Append(block.Slice(position, literals), output, ref written))
            {
                return ExpansionStatus.TooLarge;
            }

            position += literals;
            if (position == block.Length)
            {
                return ExpansionStatus.Done; // the last sequence has no match
            }

            if (block.Length - position < sizeof(ushort))
            {
                return ExpansionStatus.Corrupt;
            }

            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[position..]);
            position += sizeof(ushort);
            if (!TryReadLength(block, ref position, token & 15, out int length) || distance == 0 || distance > written - windowStart)
            {
                return ExpansionStatus.Corrupt;
            }

            if (!Window.TryRepeat(output, ref written, distance, length + (long)MinimumMatch))
            {
                return ExpansionStatus.TooLarge;
            }
        }

        return ExpansionStatus.Corrupt;
    }

    private static bool TryReadLength(ReadOnlySpan<byte> block, ref int position, int start, out int length)
    {
        length = start;
        if (start != 15)
        {
            return true;
        }

        while (position < block.Length && length <= int.MaxValue - 255)
        {
            int more = block[position++];
            length += more;
            if (more != 255)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Append(ReadOnlySpan<byte> bytes, Span<byte> output, ref int written)
    {
        if (bytes.Length > output.Length - written)
        {
            return false;
        }

        bytes.CopyTo(output[written..]);
        written += bytes.Length;
        return true;
    }
}
