using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The LZMA decoder. The output itself is the dictionary: whatever window a header asks for, nothing is allocated for it,
/// and a distance that reaches before the first byte is an error, as in any decoder.</summary>
internal ref struct LzmaDecoder
{
    private const int ProbabilityBits = 11;
    private const ushort EvenProbability = 1 << (ProbabilityBits - 1);
    private const uint TopValue = 1u << 24;
    private const int States = 12;
    private const int PositionStates = 16;

    // Offsets in the array of probabilities.
    private const int IsMatch = 0;
    private const int IsRepeat = IsMatch + (States * PositionStates);
    private const int IsRepeat0 = IsRepeat + States;
    private const int IsRepeat1 = IsRepeat0 + States;
    private const int IsRepeat2 = IsRepeat1 + States;
    private const int IsRepeat0Long = IsRepeat2 + States;
    private const int SlotDecoders = IsRepeat0Long + (States * PositionStates);
    private const int SpecialPositions = SlotDecoders + (4 * 64);
    private const int AlignDecoder = SpecialPositions + 128;
    private const int MatchLengths = AlignDecoder + 16;
    private const int LengthLow = 2;
    private const int LengthMiddle = LengthLow + (PositionStates * 8);
    private const int LengthHigh = LengthMiddle + (PositionStates * 8);
    private const int LengthSize = LengthHigh + 256;
    private const int RepeatLengths = MatchLengths + LengthSize;
    private const int Literals = RepeatLengths + LengthSize;

    private readonly ushort[] _probabilities;
    private ReadOnlySpan<byte> _input;
    private uint _range;
    private uint _code;
    private bool _overrun;
    private int _state;
    private uint _distance0;
    private uint _distance1;
    private uint _distance2;
    private uint _distance3;
    private int _literalContextBits;
    private uint _literalPositionMask;
    private uint _positionMask;

    public LzmaDecoder(int maximumLiteralBits) => _probabilities = new ushort[Literals + (0x300 << maximumLiteralBits)];

    /// <summary>Where in the input the decoder is.</summary>
    public int Consumed { get; private set; }

    /// <summary>lc = 3, lp = 0, pb = 2, which nobody changes.</summary>
    public const byte UsualProperties = 0x5D;

    /// <summary>Whether bytes may be the header of .lzma, which has no magic number, as its tools write it: with the usual properties, a
    /// dictionary of a power of two, and no size.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> stream) =>
        stream.Length >= 13 && stream[0] == UsualProperties
            && BitOperations.IsPow2(BinaryPrimitives.ReadUInt32LittleEndian(stream[1..])) && BinaryPrimitives.ReadUInt64LittleEndian(stream[5..]) == ulong.MaxValue;

    /// <summary>Decodes a stream with the header of .lzma: properties, size of the dictionary, size of the output (all ones where
    /// an end marker says it).</summary>
    public static ExpansionStatus DecodeAlone(ReadOnlySpan<byte> stream, Span<byte> output, out int written)
    {
        written = 0;
        if (stream.Length < 13)
        {
            return ExpansionStatus.Truncated;
        }

        if (!TryReadProperties(stream[0], out int lc, out int lp, out int pb))
        {
            return ExpansionStatus.Corrupt;
        }

        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(stream[5..]);
        bool known = size != ulong.MaxValue;
        if (known && size > (ulong)output.Length)
        {
            return ExpansionStatus.TooLarge;
        }

        var decoder = new LzmaDecoder(lc + lp);
        decoder.ResetState(lc, lp, pb);
        if (!decoder.StartChunk(stream[13..]))
        {
            return ExpansionStatus.Corrupt;
        }

        return decoder.Decode(output, ref written, known ? (int)size : output.Length, sizeKnown: known);
    }

    public static bool TryReadProperties(byte value, out int literalContextBits, out int literalPositionBits, out int positionBits)
    {
        literalContextBits = value % 9;
        literalPositionBits = value / 9 % 5;
        positionBits = value / 45;
        return value < 9 * 5 * 5;
    }

    public void ResetState(int lc, int lp, int pb)
    {
        _literalContextBits = lc;
        _literalPositionMask = (1u << lp) - 1;
        _positionMask = (1u << pb) - 1;
        ResetState();
    }

    public void ResetState()
    {
        _probabilities.AsSpan().Fill(EvenProbability);
        _state = 0;
        _distance0 = _distance1 = _distance2 = _distance3 = 0;
    }

    /// <summary>Begins with a new range coder.</summary>
    public bool StartChunk(ReadOnlySpan<byte> chunk)
    {
        _input = chunk;
        Consumed = 0;
        _overrun = false;
        _range = uint.MaxValue;
        _code = 0;
        byte first = NextByte();
        for (int i = 0; i < 4; i++)
        {
            _code = (_code << 8) | NextByte();
        }

        return first == 0 && _code != _range && !_overrun;
    }

    /// <summary>Decodes up to <paramref name="end"/> in <paramref name="output"/>, in which what lies before
    /// <paramref name="position"/> is the dictionary. Where the size is not known, an end marker is expected.</summary>
    public ExpansionStatus Decode(Span<byte> output, ref int position, int end, bool sizeKnown)
    {
        while (true)
        {
            if (_overrun)
            {
                return ExpansionStatus.Truncated;
            }

            if (position == end && sizeKnown)
            {
                return ExpansionStatus.Done;
            }

            int positionState = (int)((uint)position & _positionMask);
            if (DecodeBit(ref _probabilities[IsMatch + (_state * PositionStates) + positionState]) == 0)
            {
                if (position == end)
                {
                    return ExpansionStatus.TooLarge;
                }

                if (!DecodeLiteral(output, position))
                {
                    return ExpansionStatus.Corrupt;
                }

                position++;
                continue;
            }

            int length;
            if (DecodeBit(ref _probabilities[IsRepeat + _state]) != 0)
            {
                if (position == end)
                {
                    return ExpansionStatus.TooLarge;
                }

                if (_distance0 >= (uint)position)
                {
                    return _overrun ? ExpansionStatus.Truncated : ExpansionStatus.Corrupt;
                }

                if (DecodeBit(ref _probabilities[IsRepeat0 + _state]) == 0)
                {
                    if (DecodeBit(ref _probabilities[IsRepeat0Long + (_state * PositionStates) + positionState]) == 0)
                    {
                        _state = _state < 7 ? 9 : 11;
                        output[position] = output[position - (int)_distance0 - 1];
                        position++;
                        continue;
                    }
                }
                else
                {
                    uint distance;
                    if (DecodeBit(ref _probabilities[IsRepeat1 + _state]) == 0)
                    {
                        distance = _distance1;
                    }
                    else
                    {
                        if (DecodeBit(ref _probabilities[IsRepeat2 + _state]) == 0)
                        {
                            distance = _distance2;
                        }
                        else
                        {
                            distance = _distance3;
                            _distance3 = _distance2;
                        }

                        _distance2 = _distance1;
                    }

                    _distance1 = _distance0;
                    _distance0 = distance;
                }

                length = DecodeLength(RepeatLengths, positionState);
                _state = _state < 7 ? 8 : 11;
            }
            else
            {
                _distance3 = _distance2;
                _distance2 = _distance1;
                _distance1 = _distance0;
                length = DecodeLength(MatchLengths, positionState);
                _state = _state < 7 ? 7 : 10;
                _distance0 = DecodeDistance(length);
                if (_distance0 == uint.MaxValue)
                {
                    if (_overrun)
                    {
                        return ExpansionStatus.Truncated;
                    }

                    return !sizeKnown && _code == 0 ? ExpansionStatus.Done : ExpansionStatus.Corrupt;
                }
            }

            if (_overrun)
            {
                return ExpansionStatus.Truncated;
            }

            if (_distance0 >= (uint)position)
            {
                return ExpansionStatus.Corrupt;
            }

            length += 2;
            if (length > end - position)
            {
                return sizeKnown ? ExpansionStatus.Corrupt : ExpansionStatus.TooLarge;
            }

            Window.Repeat(output, position, (int)_distance0 + 1, length);
            position += length;
        }
    }

    /// <summary>Whether the range coder has taken all of its input and ended as it must.</summary>
    public readonly bool IsFinished => _code == 0 && Consumed == _input.Length;

    private bool DecodeLiteral(Span<byte> output, int position)
    {
        uint previous = position > 0 ? output[position - 1] : 0u;
        uint context = (((uint)position & _literalPositionMask) << _literalContextBits) + (previous >> (8 - _literalContextBits));
        Span<ushort> tree = _probabilities.AsSpan(Literals + (int)(0x300 * context), 0x300);
        uint symbol = 1;
        if (_state >= 7)
        {
            if (_distance0 >= (uint)position)
            {
                return false;
            }

            uint matched = output[position - (int)_distance0 - 1];
            do
            {
                uint matchedBit = (matched >> 7) & 1;
                matched <<= 1;
                uint bit = DecodeBit(ref tree[(int)(((1 + matchedBit) << 8) + symbol)]);
                symbol = (symbol << 1) | bit;
                if (matchedBit != bit)
                {
                    break;
                }
            }
            while (symbol < 0x100);
        }

        while (symbol < 0x100)
        {
            symbol = (symbol << 1) | DecodeBit(ref tree[(int)symbol]);
        }

        output[position] = (byte)symbol;
        _state = _state < 4 ? 0 : _state < 10 ? _state - 3 : _state - 6;
        return true;
    }

    private int DecodeLength(int decoder, int positionState)
    {
        if (DecodeBit(ref _probabilities[decoder]) == 0)
        {
            return (int)DecodeTree(decoder + LengthLow + (positionState * 8), 3);
        }

        if (DecodeBit(ref _probabilities[decoder + 1]) == 0)
        {
            return 8 + (int)DecodeTree(decoder + LengthMiddle + (positionState * 8), 3);
        }

        return 16 + (int)DecodeTree(decoder + LengthHigh, 8);
    }

    private uint DecodeDistance(int length)
    {
        uint slot = DecodeTree(SlotDecoders + (Math.Min(length, 3) * 64), 6);
        if (slot < 4)
        {
            return slot;
        }

        int directBits = (int)(slot >> 1) - 1;
        uint distance = (2 | (slot & 1)) << directBits;
        if (slot < 14)
        {
            return distance + DecodeReverseTree(SpecialPositions + (int)distance - (int)slot, directBits);
        }

        distance += DecodeDirectBits(directBits - 4) << 4;
        return distance + DecodeReverseTree(AlignDecoder, 4);
    }

    private uint DecodeTree(int tree, int bits)
    {
        uint symbol = 1;
        for (int i = 0; i < bits; i++)
        {
            symbol = (symbol << 1) + DecodeBit(ref _probabilities[tree + (int)symbol]);
        }

        return symbol - (1u << bits);
    }

    private uint DecodeReverseTree(int tree, int bits)
    {
        uint index = 1;
        uint symbol = 0;
        for (int i = 0; i < bits; i++)
        {
            uint bit = DecodeBit(ref _probabilities[tree + (int)index]);
            index = (index << 1) + bit;
            symbol |= bit << i;
        }

        return symbol;
    }

    private uint DecodeDirectBits(int bits)
    {
        uint result = 0;
        for (int i = 0; i < bits; i++)
        {
            _range >>= 1;
            _code -= _range;
            uint borrow = 0 - (_code >> 31);
            _code += _range & borrow;
            Normalize();
            result = (result << 1) + borrow + 1;
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint DecodeBit(ref ushort probability)
    {
        uint value = probability;
        uint bound = (_range >> ProbabilityBits) * value;
        uint bit;
        if (_code < bound)
        {
            probability = (ushort)(value + (((1u << ProbabilityBits) - value) >> 5));
            _range = bound;
            bit = 0;
        }
        else
        {
            probability = (ushort)(value - (value >> 5));
            _code -= bound;
            _range -= bound;
            bit = 1;
        }

        Normalize();
        return bit;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Normalize()
    {
        if (_range >= TopValue)
        {
            return;
        }

        _range <<= 8;
        _code = (_code << 8) | NextByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte NextByte()
    {
        if ((uint)Consumed < (uint)_input.Length)
        {
            return _input[Consumed++];
        }

        _overrun = true;
        return 0;
    }
}
