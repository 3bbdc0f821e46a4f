using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>Makes data in the compression of the UEFI specification, or EDK2's variant of it; UEFIExtract reads them as well.</summary>
internal sealed class TianoEncoder
{
    private const int CodesInBlock = 5000;
    private const int ShortestMatch = 3;
    private const int LongestMatch = 256;

    private readonly int _window;
    private readonly int _positionCountBits;
    private readonly List<byte> _output = [];
    private uint _bits;
    private int _bitCount;

    private TianoEncoder(bool isStandard)
    {
        _window = isStandard ? 1 << 13 : 1 << 19;
        _positionCountBits = isStandard ? 4 : 5;
    }

    public static byte[] Encode(byte[] original, bool isStandard)
    {
        var encoder = new TianoEncoder(isStandard);
        foreach ((int Character, int Position)[] block in encoder.FindMatches(original).Chunk(CodesInBlock))
        {
            encoder.WriteBlock(block);
        }

        encoder.Put(0, 7);
        byte[] result = [.. new byte[8], .. encoder._output];
        BinaryPrimitives.WriteInt32LittleEndian(result, encoder._output.Count);
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4), original.Length);
        return result;
    }

    private IEnumerable<(int Character, int Position)> FindMatches(byte[] bytes)
    {
        var last = new Dictionary<int, int>();
        for (int at = 0; at < bytes.Length;)
        {
            int length = 0;
            int distance = 0;
            if (at + ShortestMatch <= bytes.Length)
            {
                int key = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
                if (last.TryGetValue(key, out int earlier) && at - earlier <= _window)
                {
                    distance = at - earlier;
                    while (length < LongestMatch && at + length < bytes.Length && bytes[earlier + length] == bytes[at + length])
                    {
                        length++;
                    }
                }

                last[key] = at;
            }

            yield return length >= ShortestMatch ? (256 + length - ShortestMatch, distance - 1) : (bytes[at], -1);
            at += Math.Max(length, 1);
        }
    }

    private void WriteBlock((int Character, int Position)[] block)
    {
        int[] characters = new int[510];
        int[] positions = new int[31];
        foreach ((int character, int position) in block)
        {
            characters[character]++;
            if (position >= 0)
            {
                positions[CodeOf(position)]++;
            }
        }

        Put((uint)block.Length, 16);
        int[] characterLengths = WriteCharacterCode(characters);
        int[] positionLengths = WriteLengths(positions, _positionCountBits, special: -1);
        uint[] characterCodes = CodesOf(characterLengths);
        uint[] positionCodes = CodesOf(positionLengths);
        foreach ((int character, int position) in block)
        {
            Put(characterCodes[character], characterLengths[character]);
            if (position >= 0)
            {
                int code = CodeOf(position);
                Put(positionCodes[code], positionLengths[code]);
                Put((uint)position & ((1u << Math.Max(code - 1, 0)) - 1), Math.Max(code - 1, 0));
            }
        }
    }

    private static int CodeOf(int position) => position == 0 ? 0 : 1 + BitOperations.Log2((uint)position);

    private int[] WriteCharacterCode(int[] counts)
    {
        if (counts.Count(c => c != 0) < 2)
        {
            int symbol = Math.Max(Array.FindIndex(counts, c => c != 0), 0);
            Put(0, 5);
            Put(0, 5);
            Put(0, 9);
            Put((uint)symbol, 9);
            return new int[counts.Length];
        }

        int[] lengths = LengthsOf(counts);
        int end = Array.FindLastIndex(lengths, l => l != 0) + 1;
        List<(int Code, int Extra, int Bits)> codes = [];
        for (int i = 0; i < end;)
        {
            if (lengths[i] != 0)
            {
                codes.Add((lengths[i++] + 2, 0, 0));
                continue;
            }

            int zeros = 0;
            for (; lengths[i] == 0; i++)
            {
                zeros++;
            }

            if (zeros >= 20)
            {
                codes.Add((2, zeros - 20, 9));
                continue;
            }

            if (zeros == 19)
            {
                codes.Add((0, 0, 0));
                zeros--;
            }

            codes.AddRange(zeros >= 3 ? [(1, zeros - 3, 4)] : Enumerable.Repeat((0, 0, 0), zeros));
        }

        int[] lengthCounts = new int[19];
        codes.ForEach(c => lengthCounts[c.Code]++);
        int[] lengthLengths = WriteLengths(lengthCounts, 5, special: 3);
        uint[] lengthCodes = CodesOf(lengthLengths);
        Put((uint)end, 9);
        foreach ((int code, int extra, int bits) in codes)
        {
            Put(lengthCodes[code], lengthLengths[code]);
            Put((uint)extra, bits);
        }

        return lengths;
    }

    private int[] WriteLengths(int[] counts, int countBits, int special)
    {
        if (counts.Count(c => c != 0) < 2)
        {
            Put(0, countBits);
            Put((uint)Math.Max(Array.FindIndex(counts, c => c != 0), 0), countBits);
            return new int[counts.Length];
        }

        int[] lengths = LengthsOf(counts);
        int end = Array.FindLastIndex(lengths, l => l != 0) + 1;
        Put((uint)end, countBits);
        for (int i = 0; i < end;)
        {
            int length = lengths[i++];
            Put(length <= 6 ? (uint)length : (1u << (length - 3)) - 2, length <= 6 ? 3 : length - 3);
            if (i == special)
            {
                while (i < 6 && lengths[i] == 0)
                {
                    i++;
                }

                Put((uint)(i - 3) & 3, 2);
            }
        }

        return lengths;
    }

    // Huffman's algorithm; counts are made more alike until no code is longer than sixteen bits.
    private static int[] LengthsOf(int[] counts)
    {
        while (true)
        {
            int[] lengths = new int[counts.Length];
            var queue = new PriorityQueue<int[], (int Count, int Order)>();
            for (int i = 0; i < counts.Length; i++)
            {
                if (counts[i] != 0)
                {
                    queue.Enqueue([i], (counts[i], i));
                }
            }

            int order = counts.Length;
            while (queue.Count > 1)
            {
                queue.TryDequeue(out int[]? first, out (int Count, int) a);
                queue.TryDequeue(out int[]? second, out (int Count, int) b);
                int[] both = [.. first!, .. second!];
                foreach (int symbol in both)
                {
                    lengths[symbol]++;
                }

                queue.Enqueue(both, (a.Count + b.Count, order++));
            }

            if (lengths.Max() <= 16)
            {
                return lengths;
            }

            counts = [.. counts.Select(c => c == 0 ? 0 : (c / 2) + 1)];
        }
    }

    private static uint[] CodesOf(int[] lengths)
    {
        uint[] codes = new uint[lengths.Length];
        uint code = 0;
        for (int length = 1; length <= 16; length++, code <<= 1)
        {
            for (int i = 0; i < lengths.Length; i++)
            {
                if (lengths[i] == length)
                {
                    codes[i] = code++;
                }
            }
        }

        return codes;
    }

    private void Put(uint value, int bits)
    {
        for (int i = bits - 1; i >= 0; i--)
        {
            _bits = (_bits << 1) | ((value >> i) & 1);
            if (++_bitCount == 8)
            {
                _output.Add((byte)_bits);
                _bitCount = 0;
            }
        }
    }
}
