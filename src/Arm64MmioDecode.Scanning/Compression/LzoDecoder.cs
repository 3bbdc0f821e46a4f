using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>
/// LZO1X in the container of lzop, which kernels and U-Boot's images are packed with. The encoding of the blocks is described in
/// Linux' Documentation/staging/lzo.rst.
/// </summary>
internal static class LzoDecoder
{
    private const int WordLength = sizeof(uint);
    private const uint Adler32OfData = 0x1;
    private const uint Adler32OfBlock = 0x2;
    private const uint ExtraField = 0x40;
    private const uint Crc32OfData = 0x100;
    private const uint Crc32OfBlock = 0x200;
    private const uint HasFilter = 0x800;
    private const uint Crc32OfHeader = 0x1000;
    private const int MaximumBlockLength = 64 << 20;

    // How far the longer matches begin to reach.
    private const int MiddleDistance = 0x800;
    private const int FarDistance = 0x4000;

    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'L', (byte)'Z', (byte)'O', 0, (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public static ExpansionStatus Decode(ReadOnlySpan<byte> stream, Span<byte> output, out int consumed, out int written)
    {
        written = 0;
        ExpansionStatus status = ReadHeader(stream, out consumed, out uint flags);
        if (status != ExpansionStatus.Done)
        {
            return status;
        }

        var reader = new Reader(stream, consumed);
        while (true)
        {
            if (!reader.TryRead(WordLength, out uint length))
            {
                return ExpansionStatus.Truncated;
            }

            if (length == 0)
            {
                consumed = reader.Position;
                return ExpansionStatus.Done;
            }

            status = DecodeBlock(ref reader, flags, length, output, ref written);
            if (status != ExpansionStatus.Done)
            {
                return status;
            }
        }
    }

    private static ExpansionStatus ReadHeader(ReadOnlySpan<byte> stream, out int length, out uint flags)
    {
        const uint oldVersion = 0x940;
        flags = 0;
        length = 0;
        var reader = new Reader(stream, Magic.Length);
        bool isThere = reader.TryRead(2, out uint version) && reader.TryRead(2, out _);
        bool isNew = version >= oldVersion;
        isThere = isThere && (!isNew || reader.TryRead(2, out _)) && reader.TryRead(1, out uint method) && (!isNew || reader.TryRead(1, out _))
            && reader.TryRead(WordLength, out flags) && ((flags & HasFilter) == 0 || reader.TryRead(WordLength, out _))
            && reader.TryRead(WordLength, out _) && reader.TryRead(WordLength, out _) && (!isNew || reader.TryRead(WordLength, out _))
            && reader.TryRead(1, out uint nameLength) && reader.TrySkip(nameLength);
        int end = reader.Position;
        if (!isThere || !reader.TryRead(WordLength, out uint checksum))
        {
            return ExpansionStatus.Truncated;
        }

        ReadOnlySpan<byte> header = stream[Magic.Length..end];
        if (checksum != ((flags & Crc32OfHeader) != 0 ? Checksums.Crc32(header) : Checksums.Adler32(header)))
        {
            return ExpansionStatus.Corrupt;
        }

        // The three methods are levels of LZO1X, which are decoded alike.
        if ((flags & HasFilter) != 0 || header[isNew ? 6 : 4] is < 1 or > 3)
        {
            return ExpansionStatus.Unsupported;
        }

        if ((flags & ExtraField) != 0 && !(reader.TryRead(WordLength, out uint extra) && reader.TrySkip(extra) && reader.TrySkip(WordLength)))
        {
            return ExpansionStatus.Truncated;
        }

        length = reader.Position;
        return ExpansionStatus.Done;
    }

    private static ExpansionStatus DecodeBlock(ref Reader reader, uint flags, uint length, Span<byte> output, ref int written)
    {
        uint adler = 0;
        uint crc = 0;
        if (!reader.TryRead(WordLength, out uint packedLength)
            || ((flags & Adler32OfData) != 0 && !reader.TryRead(WordLength, out adler)) || ((flags & Crc32OfData) != 0 && !reader.TryRead(WordLength, out crc)))
        {
            return ExpansionStatus.Truncated;
        }

        if (packedLength > length || length > MaximumBlockLength)
        {
            return ExpansionStatus.Corrupt;
        }

        // A block that is stored has no checksum of what it is packed to.
        uint skipped = packedLength == length ? 0 : (((flags & Adler32OfBlock) != 0 ? 1u : 0) + ((flags & Crc32OfBlock) != 0 ? 1u : 0)) * WordLength;
        if (!reader.TrySkip(skipped) || !reader.TryTake(packedLength, out ReadOnlySpan<byte> packed))
        {
            return ExpansionStatus.Truncated;
        }

        if (length > (uint)(output.Length - written))
        {
            return ExpansionStatus.TooLarge;
        }

        Span<byte> block = output.Slice(written, (int)length);
        written += (int)length;
        if (packedLength == length)
        {
            packed.CopyTo(block);
        }
        else if (!TryExpand(packed, block))
        {
            return ExpansionStatus.Corrupt;
        }

        bool isRight = ((flags & Adler32OfData) == 0 || Checksums.Adler32(block) == adler) && ((flags & Crc32OfData) == 0 || Checksums.Crc32(block) == crc);
        return isRight ? ExpansionStatus.Done : ExpansionStatus.Corrupt;
    }

    /// <summary>Expands a block whose length is known.</summary>
    private static bool TryExpand(ReadOnlySpan<byte> packed, Span<byte> block)
    {
        var reader = new Reader(packed, 0);
        int written = 0;
        int literals = 0; // how many came with the instruction before; 4 when a run of them was one of its own
        if (packed.Length > 0 && packed[0] > 17)
        {
            int count = packed[0] - 17;
            _ = reader.TrySkip(1);
            if (!TryCopy(ref reader, block, ref written, count))
            {
                return false;
            }

            literals = Math.Min(count, 4);
        }

        while (reader.TryRead(1, out uint instruction))
        {
            if (instruction < 16 && literals == 0)
            {
                if (!reader.TryReadLength(instruction, 15, out long run) || !TryCopy(ref reader, block, ref written, run + 3))
                {
                    return false;
                }

                literals = 4;
                continue;
            }

            if (!TryReadMatch(ref reader, instruction, literals, out long length, out int distance, out literals))
            {
                return false;
            }

            if (distance == FarDistance && instruction is >= 16 and < 32)
            {
                return length == 3 && written == block.Length && reader.IsAtEnd;
            }

            if (distance > written || !Window.TryRepeat(block, ref written, distance, length) || !TryCopy(ref reader, block, ref written, literals))
            {
                return false;
            }
        }

        return false;
    }

    private static bool TryReadMatch(ref Reader reader, uint instruction, int literalsBefore, out long length, out int distance, out int literals)
    {
        length = 0;
        distance = 0;
        literals = (int)(instruction & 3);
        uint more;
        if (instruction is < 16 or >= 64)
        {
            if (!reader.TryRead(1, out more))
            {
                return false;
            }

            if (instruction >= 64)
            {
                length = (instruction >> 5) + 1;
                distance = (int)((more << 3) + ((instruction >> 2) & 7) + 1);
            }
            else
            {
                length = literalsBefore == 4 ? 3 : 2;
                distance = (int)((more << 2) + (instruction >> 2) + 1) + (literalsBefore == 4 ? MiddleDistance : 0);
            }

            return true;
        }

        bool isFar = instruction < 32;
        uint mask = isFar ? 7u : 31u;
        if (!reader.TryReadLength(instruction & mask, mask, out length) || !reader.TryReadLittleEndian(out more))
        {
            return false;
        }

        length += 2;
        distance = (int)(more >> 2) + (isFar ? FarDistance + (int)((instruction & 8) << 11) : 1);
        literals = (int)(more & 3);
        return true;
    }

    private static bool TryCopy(ref Reader reader, Span<byte> block, ref int written, long count)
    {
        if (count > block.Length - written || !reader.TryTake((uint)count, out ReadOnlySpan<byte> bytes))
        {
            return false;
        }

        bytes.CopyTo(block[written..]);
        written += (int)count;
        return true;
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes, int position)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; } = position;

        public readonly bool IsAtEnd => Position == _bytes.Length;

        /// <summary>Reads a number, its most significant byte first.</summary>
        public bool TryRead(int size, out uint value)
        {
            value = 0;
            if (!TryTake((uint)size, out ReadOnlySpan<byte> bytes))
            {
                return false;
            }

            foreach (byte each in bytes)
            {
                value = (value << 8) | each;
            }

            return true;
        }

        public bool TryReadLittleEndian(out uint value)
        {
            bool isThere = TryTake(sizeof(ushort), out ReadOnlySpan<byte> bytes);
            value = isThere ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : 0u;
            return isThere;
        }

        /// <summary>A length that is longer than its field when that is zero: by 255 for each zero byte, and by the byte after them.</summary>
        public bool TryReadLength(uint field, uint maximum, out long length)
        {
            length = field;
            if (field != 0)
            {
                return true;
            }

            length = maximum;
            uint more;
            while (TryRead(1, out more))
            {
                if (more != 0)
                {
                    length += more;
                    return true;
                }

                length += 255;
            }

            return false;
        }

        public bool TrySkip(uint count) => TryTake(count, out _);

        public bool TryTake(uint count, out ReadOnlySpan<byte> taken)
        {
            taken = default;
            if (Position > _bytes.Length || count > (uint)(_bytes.Length - Position))
            {
                return false;
            }

            taken = _bytes.Slice(Position, (int)count);
            Position += (int)count;
            return true;
        }
    }
}
