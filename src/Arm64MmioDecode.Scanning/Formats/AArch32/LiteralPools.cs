using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.AArch32;

/// <summary>Leaves out of guessed code what an earlier instruction loads with the PC as base: a literal pool.</summary>
internal static class LiteralPools
{
    private const int WordLength = 4;
    private const int HalfwordLength = 2;

    // Pools lie within 4 KiB of the load; a few loads share a place in the ring.
    private const int Reach = 8192;

    // A kernel has fewer pools. Code with more of them is made to cost memory, and is then taken as it is.
    private const int MaximumRegions = 1 << 18;

    /// <summary>Adds what is code between two offsets of a section.</summary>
    public static void AddRegions(List<CodeRegion> regions, ReadOnlySpan<byte> code, int start, int end, InstructionSet set, bool isBigEndian)
    {
        // One bit for each of the next halfwords: whether it belongs to a literal.
        var isLiteral = new bool[Reach / HalfwordLength];
        int regionStart = start;
        int position = start;
        while (position + HalfwordLength <= end)
        {
            int slot = position / HalfwordLength % isLiteral.Length;
            if (isLiteral[slot] && regions.Count < MaximumRegions)
            {
                isLiteral[slot] = false;
                Close(regions, regionStart, position, set);
                position += HalfwordLength;
                regionStart = position;
                continue;
            }

            int length = LengthAt(code, position, set, isBigEndian);
            if (length > end - position)
            {
                break;
            }

            Mark(isLiteral, code, position, end, set, isBigEndian);
            for (int passed = 0; passed < length; passed += HalfwordLength)
            {
                isLiteral[(position + passed) / HalfwordLength % isLiteral.Length] = false;
            }

            position += length;
        }

        Close(regions, regionStart, end, set);
    }

    private static void Close(List<CodeRegion> regions, int start, int end, InstructionSet set)
    {
        if (end > start)
        {
            regions.Add(new CodeRegion(start, end - start, set, Sureness.Guess));
        }
    }

    private static int LengthAt(ReadOnlySpan<byte> code, int position, InstructionSet set, bool isBigEndian) =>
        set == InstructionSet.A32 ? WordLength : InstructionDecoder.GetT32Length(Halfword(code, position, isBigEndian));

    private static void Mark(bool[] isLiteral, ReadOnlySpan<byte> code, int position, int end, InstructionSet set, bool isBigEndian)
    {
        if (TryFindLiteral(code, position, end, set, isBigEndian, out int literal, out int size))
        {
            for (int i = 0; i < size; i += HalfwordLength)
            {
                isLiteral[(literal + i) / HalfwordLength % isLiteral.Length] = true;
            }
        }
    }

    /// <summary>Finds what an instruction loads from behind it with the PC as base.</summary>
    public static bool TryFindLiteral(
        ReadOnlySpan<byte> code, int position, int end, InstructionSet set, bool isBigEndian, out int literal, out int size)
    {
        literal = size = 0;
        uint opcode = set == InstructionSet.A32
            ? isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(code[position..]) : BinaryPrimitives.ReadUInt32LittleEndian(code[position..])
            : Halfword(code, position, isBigEndian);
        if (set == InstructionSet.T32 && InstructionDecoder.GetT32Length((ushort)opcode) == WordLength)
        {
            opcode = (opcode << 16) | Halfword(code, position + HalfwordLength, isBigEndian);
        }

        if (InstructionDecoder.Decode(set, opcode, default, out AccessDescriptor access) != DecodeStatus.MemoryAccess
            || access.Kind != AccessKind.Load || access.AddressingMode != AddressingMode.Literal)
        {
            return false;
        }

        // The base is the PC, two instructions ahead and rounded down to a word (Arm ARM, section F1.4.3).
        literal = ((position + (set == InstructionSet.A32 ? 8 : 4)) & ~3) + access.Offset;
        size = access.TotalSize;
        return literal > position && size is > 0 and <= 16 && literal - position <= Reach - 32 && literal + size <= end;
    }

    private static ushort Halfword(ReadOnlySpan<byte> code, int position, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt16BigEndian(code[position..])
        : BinaryPrimitives.ReadUInt16LittleEndian(code[position..]);
}
