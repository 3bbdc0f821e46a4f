using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>
/// The compression of the UEFI specification (section "Compression Algorithm Specification"), and EDK2's variant of it with a larger
/// window, which differs in the size of one field: matches and literals in Huffman codes, with new codes for each block.
/// </summary>
internal ref struct TianoDecoder
{
    private const int HeaderLength = 8;
    private const int MaximumCodeLength = 16;
    private const int CharacterCodes = 510; // a byte, or a match of 3 to 256 bytes
    private const int CharacterCountBits = 9;
    private const int LengthCodes = 19;
    private const int LengthCountBits = 5;
    private const int MaximumPositionCodes = 31;
    private const int FirstMatch = 256;
    private const int ShortestMatch = 3;

    private readonly int _positionCountBits;
    private readonly Code _characters = new(CharacterCodes);
    private readonly Code _lengths = new(LengthCodes);
    private readonly Code _positions = new(MaximumPositionCodes);
    private BitReader _bits;

    private TianoDecoder(ReadOnlySpan<byte> body, int positionCountBits)
    {
        _bits = new BitReader(body);
        _positionCountBits = positionCountBits;
    }

    /// <param name="stream">The sizes of the compressed and of the original data, and the compressed data.</param>
    /// <param name="isStandard">Whether it is the specification's compression; otherwise EDK2's.</param>
    /// <param name="output">Where the original data goes.</param>
    /// <param name="written">Their length.</param>
    public static ExpansionStatus Decode(ReadOnlySpan<byte> stream, bool isStandard, Span<byte> output, out int written)
    {
        written = 0;
        if (stream.Length < HeaderLength)
        {
            return ExpansionStatus.Truncated;
        }

        uint packed = BinaryPrimitives.ReadUInt32LittleEndian(stream);
        uint original = BinaryPrimitives.ReadUInt32LittleEndian(stream[4..]);
        if (packed > stream.Length - HeaderLength)
        {
            return ExpansionStatus.Truncated;
        }

        if (original > output.Length)
        {
            return ExpansionStatus.TooLarge;
        }

        var decoder = new TianoDecoder(stream.Slice(HeaderLength, (int)packed), isStandard ? 4 : 5);
        return decoder.Decode(output[..(int)original], ref written);
    }

    private ExpansionStatus Decode(Span<byte> output, ref int written)
    {
        int left = 0; // codes of this block
        while (written < output.Length)
        {
            if (left == 0)
            {
                left = (int)_bits.Read(16);
                if (left == 0 || !TryReadCodes())
                {
                    return ExpansionStatus.Corrupt;
                }
            }

            left--;
            int character = _characters.Read(ref _bits);
            if (_bits.IsBeyondEnd)
            {
                return ExpansionStatus.Corrupt;
            }

            if (character < FirstMatch)
            {
                output[written++] = (byte)character;
                continue;
            }

            int length = Math.Min(character - FirstMatch + ShortestMatch, output.Length - written);
            int bits = _positions.Read(ref _bits);
            uint distance = bits < 2 ? (uint)bits : (1u << (bits - 1)) + _bits.Read(bits - 1);
            if (distance >= (uint)written || _bits.IsBeyondEnd)
            {
                return ExpansionStatus.Corrupt;
            }

            Window.TryRepeat(output, ref written, (int)distance + 1, length);
        }

        return ExpansionStatus.Done;
    }

    private bool TryReadCodes()
    {
        const int zerosAfter = 3;
        return TryReadLengths(_lengths, LengthCountBits, zerosAfter) && TryReadCharacterCode() && TryReadLengths(_positions, _positionCountBits, -1);
    }

    // Three bits for a length below seven, and as many ones as it is longer; after the third, two bits say how many are zero.
    private bool TryReadLengths(Code code, int countBits, int zerosAfter)
    {
        int count = (int)_bits.Read(countBits);
        if (count == 0)
        {
            return code.TrySetSingle((int)_bits.Read(countBits));
        }

        Span<byte> lengths = stackalloc byte[MaximumPositionCodes];
        lengths.Clear();
        if (count > code.Size)
        {
            return false;
        }

        int index = 0;
        while (index < count)
        {
            uint length = _bits.Read(3);
            while (length >= 7 && _bits.Read(1) != 0)
            {
                length++;
                if (length > MaximumCodeLength)
                {
                    return false;
                }
            }

            lengths[index++] = (byte)length;
            if (index == zerosAfter)
            {
                index += (int)_bits.Read(2);
            }
        }

        return code.TrySet(lengths[..code.Size]);
    }

    private bool TryReadCharacterCode()
    {
        int count = (int)_bits.Read(CharacterCountBits);
        if (count == 0)
        {
            return _characters.TrySetSingle((int)_bits.Read(CharacterCountBits));
        }

        Span<byte> lengths = stackalloc byte[CharacterCodes];
        lengths.Clear();
        if (count > CharacterCodes)
        {
            return false;
        }

        int index = 0;
        while (index < count)
        {
            int length = _lengths.Read(ref _bits);
            if (_bits.IsBeyondEnd)
            {
                return false;
            }

            // The first three say how many codes are not used.
            int zeros = length switch
            {
                0 => 1,
                1 => 3 + (int)_bits.Read(4),
                2 => 20 + (int)_bits.Read(CharacterCountBits),
                _ => 0,
            };
            if (zeros == 0)
            {
                lengths[index++] = (byte)(length - 2);
            }
            else
            {
                index += zeros;
            }
        }

        return _characters.TrySet(lengths);
    }

    /// <summary>A canonical Huffman code: of each length the codes are consecutive numbers, in the order of what they stand for.</summary>
    private sealed class Code(int size)
    {
        private readonly ushort[] _symbols = new ushort[size];
        private readonly ushort[] _counts = new ushort[MaximumCodeLength + 1];
        private int _single = -1;

        public int Size => size;

        /// <summary>One symbol without any bits.</summary>
        public bool TrySetSingle(int symbol)
        {
            _single = symbol;
            return symbol < size;
        }

        /// <summary>False when the lengths are not those of a code in which every sequence of bits means something.</summary>
        public bool TrySet(ReadOnlySpan<byte> lengths)
        {
            _single = -1;
            Array.Clear(_counts);
            foreach (byte length in lengths)
            {
                _counts[length]++;
            }

            _counts[0] = 0;
            Span<int> next = stackalloc int[MaximumCodeLength + 2];
            next[1] = 0;
            int free = 1;
            for (int length = 1; length <= MaximumCodeLength; length++)
            {
                free = (free << 1) - _counts[length];
                next[length + 1] = next[length] + _counts[length];
                if (free < 0)
                {
                    return false;
                }
            }

            for (int symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] != 0)
                {
                    _symbols[next[lengths[symbol]]++] = (ushort)symbol;
                }
            }

            return free == 0;
        }

        public int Read(ref BitReader bits)
        {
            if (_single >= 0)
            {
                return _single;
            }

            int code = 0;
            int first = 0;
            int index = 0;
            for (int length = 1; length < _counts.Length; length++)
            {
                code |= (int)bits.Read(1);
                int count = _counts[length];
                if (code - first < count)
                {
                    return _symbols[index + code - first];
                }

                index += count;
                first = (first + count) << 1;
                code <<= 1;
            }

            return 0; // not with a complete code
        }
    }

    private ref struct BitReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private ulong _buffer;
        private int _available;
        private int _position;

        /// <summary>Whether more was read than there is.</summary>
        public bool IsBeyondEnd { get; private set; }

        /// <summary>The next bits, the first of them the most significant.</summary>
        public uint Read(int count)
        {
            while (_available < count)
            {
                IsBeyondEnd |= _position >= _bytes.Length;
                _buffer = (_buffer << 8) | (_position < _bytes.Length ? _bytes[_position++] : 0u);
                _available += 8;
            }

            _available -= count;
            return (uint)((_buffer >> _available) & ((1UL << count) - 1));
        }
    }
}
