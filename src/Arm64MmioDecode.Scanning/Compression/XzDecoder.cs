using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The container .xz (version 1.2.1 of its description): streams of blocks of LZMA2, with the filters that kernels and
/// their modules are built with, and every check but those of the index, which repeats what the blocks say.</summary>
internal static class XzDecoder
{
    private const int StreamHeaderSize = 12;
    private const int StreamFooterSize = 12;

    public static ReadOnlySpan<byte> Magic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    /// <summary>Decodes one stream.</summary>
    public static ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        written = 0;
        consumed = 0;
        if (stream.Length < StreamHeaderSize)
        {
            return ExpansionStatus.Truncated;
        }

        if (!stream.StartsWith(Magic) || stream[6] != 0 || Checksums.Crc32(stream.Slice(6, 2)) != ReadUInt32(stream[8..]))
        {
            return ExpansionStatus.Corrupt;
        }

        int check = stream[7];
        int checkSize = check switch { 0 => 0, 1 => 4, 4 => 8, 10 => 32, _ => -1 };
        if (checkSize < 0)
        {
            return ExpansionStatus.Unsupported;
        }

        int position = StreamHeaderSize;
        while (true)
        {
            if (position >= stream.Length)
            {
                return ExpansionStatus.Truncated;
            }

            if (stream[position] == 0)
            {
                break;
            }

            ExpansionStatus status = DecodeBlock(stream, ref position, output[written..], check, checkSize, out int blockSize);
            if (status != ExpansionStatus.Done)
            {
                return status;
            }

            written += blockSize;
        }

        // The footer says how long the index is; it begins where the blocks end.
        ReadOnlySpan<byte> rest = stream[position..];
        for (int indexSize = 8; indexSize <= rest.Length - StreamFooterSize; indexSize += 4)
        {
            ReadOnlySpan<byte> footer = rest.Slice(indexSize, StreamFooterSize);
            if (footer[10] != 'Y' || footer[11] != 'Z' || (((ulong)ReadUInt32(footer[4..]) + 1) * 4) != (ulong)indexSize)
            {
                continue;
            }

            if (Checksums.Crc32(footer.Slice(4, 6)) != ReadUInt32(footer)
                || Checksums.Crc32(rest[..(indexSize - 4)]) != ReadUInt32(rest[(indexSize - 4)..]))
            {
                return ExpansionStatus.Corrupt;
            }

            consumed = position + indexSize + StreamFooterSize;
            return ExpansionStatus.Done;
        }

        return ExpansionStatus.Truncated;
    }

    private static ExpansionStatus DecodeBlock(ReadOnlySpan<byte> stream, ref int position, Span<byte> output, int check, int checkSize, out int written)
    {
        written = 0;
        int headerSize = (stream[position] + 1) * 4;
        if (headerSize > stream.Length - position)
        {
            return ExpansionStatus.Truncated;
        }

        ReadOnlySpan<byte> header = stream.Slice(position, headerSize);
        if (Checksums.Crc32(header[..^4]) != ReadUInt32(header[^4..]))
        {
            return ExpansionStatus.Corrupt;
        }

        int flags = header[1];
        if ((flags & 0x3C) != 0)
        {
            return ExpansionStatus.Unsupported;
        }

        ReadOnlySpan<byte> fields = header[2..^4];
        if (((flags & 0x40) != 0 && !TryReadNumber(ref fields, out _)) || ((flags & 0x80) != 0 && !TryReadNumber(ref fields, out _)))
        {
            return ExpansionStatus.Corrupt;
        }

        int filters = (flags & 3) + 1;
        Span<BranchFilter> branchFilters = stackalloc BranchFilter[3];
        Span<uint> startOffsets = stackalloc uint[3];
        for (int i = 0; i < filters; i++)
        {
            if (!TryReadNumber(ref fields, out ulong id) || !TryReadNumber(ref fields, out ulong size) || size > (ulong)fields.Length)
            {
                return ExpansionStatus.Corrupt;
            }

            bool last = i == filters - 1;
            if (last != (id == 0x21))
            {
                return ExpansionStatus.Unsupported;
            }

            if (!last)
            {
                if (id is not ((ulong)BranchFilter.X86 or (ulong)BranchFilter.Arm or (ulong)BranchFilter.ArmThumb or (ulong)BranchFilter.Arm64) || size is not (0 or 4))
                {
                    return ExpansionStatus.Unsupported;
                }

                branchFilters[i] = (BranchFilter)id;
                startOffsets[i] = size == 4 ? ReadUInt32(fields) : 0;
            }

            fields = fields[(int)size..];
        }

        position += headerSize;
        ExpansionStatus status = Lzma2Decoder.Decode(stream[position..], output, out int consumed, out written);
        if (status != ExpansionStatus.Done)
        {
            return status;
        }

        position += consumed;
        for (; (consumed & 3) != 0; consumed++, position++)
        {
            if (position >= stream.Length)
            {
                return ExpansionStatus.Truncated;
            }

            if (stream[position] != 0)
            {
                return ExpansionStatus.Corrupt;
            }
        }

        Span<byte> block = output[..written];
        for (int i = filters - 2; i >= 0; i--)
        {
            BranchFilters.Decode(branchFilters[i], block, startOffsets[i]);
        }

        if (checkSize > stream.Length - position)
        {
            return ExpansionStatus.Truncated;
        }

        bool right = IsRight(block, stream.Slice(position, checkSize), check);
        position += checkSize;
        return right ? ExpansionStatus.Done : ExpansionStatus.Corrupt;
    }

    private static bool IsRight(ReadOnlySpan<byte> block, ReadOnlySpan<byte> expected, int check)
    {
        switch (check)
        {
            case 0:
                return true;
            case 1:
                return Checksums.Crc32(block) == ReadUInt32(expected);
            case 4:
                return Checksums.Crc64(block) == BinaryPrimitives.ReadUInt64LittleEndian(expected);
            default:
                Span<byte> hash = stackalloc byte[32];
                SHA256.HashData(block, hash);
                return hash.SequenceEqual(expected);
        }
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> fields, out ulong value)
    {
        value = 0;
        for (int i = 0; i < 9 && i < fields.Length; i++)
        {
            value |= (ulong)(fields[i] & 0x7F) << (7 * i);
            if (fields[i] < 0x80)
            {
                fields = fields[(i + 1)..];
                return true;
            }
        }

        return false;
    }

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
