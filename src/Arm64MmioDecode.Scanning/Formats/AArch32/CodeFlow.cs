using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Numerics;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.AArch32;

/// <summary>
/// Tells A32 code, T32 code and data apart where no symbols say it, by following branches and calls: from the entry point, then from
/// whatever else begins as functions do. Code that is called only through pointers, and does not begin so, is guessed.
/// </summary>
internal ref struct CodeFlow
{
    /// <summary>Larger code is only guessed, so that what is known of it needs little memory.</summary>
    public const int MaximumLength = 2 << 20;

    private const int HalfwordLength = 2;
    private const uint Push = 0xE92D;
    private const int LinkRegister = 1 << 14;
    private const int StackPointerAndPc = (1 << 13) | (1 << 15);

    private readonly ReadOnlySpan<byte> _code;
    private readonly long _address;
    private readonly Part[] _parts;
    private readonly Stack<(int Offset, InstructionSet Set)> _pending = new();

    private CodeFlow(ReadOnlySpan<byte> code, long address)
    {
        _code = code;
        _address = address;
        _parts = new Part[code.Length / HalfwordLength];
    }

    // What a halfword is.
    private enum Part : byte
    {
        Unknown,
        Pending,
        T32,
        A32,
        Rest,
        Data,
    }

    /// <summary>The regions of little-endian code.</summary>
    /// <param name="code">The code, no longer than <see cref="MaximumLength"/>.</param>
    /// <param name="address">Its address, from which absolute ones in it count.</param>
    /// <param name="entry">Where it is entered, with bit 0 set for T32; may lie outside.</param>
    public static List<CodeRegion> FindRegions(ReadOnlySpan<byte> code, long address, long entry)
    {
        var flow = new CodeFlow(code, address);
        flow.AddPointer(entry);
        flow.Follow();
        flow.FollowFunctions();
        return flow.ToRegions();
    }

    private readonly void AddPointer(long pointer) =>
        Add((pointer & ~1L) - _address, (pointer & 1) != 0 ? InstructionSet.T32 : InstructionSet.A32);

    private readonly void Add(long target, InstructionSet set)
    {
        bool isAligned = set == InstructionSet.T32 || (target & 3) == 0;
        if (isAligned && target >= 0 && target < _code.Length - 3 && _parts[target / HalfwordLength] == Part.Unknown)
        {
            _parts[target / HalfwordLength] = Part.Pending;
            _pending.Push(((int)target, set));
        }
    }

    private readonly void Follow()
    {
        while (_pending.TryPop(out (int Offset, InstructionSet Set) next))
        {
            FollowPath(next.Offset, next.Set);
        }
    }

    private readonly void FollowPath(int offset, InstructionSet set)
    {
        int conditional = 0; // instructions left of an IT block
        int compared = 0;
        while (offset + 4 <= _code.Length && _parts[offset / HalfwordLength] is Part.Unknown or Part.Pending)
        {
            var branch = Branch.Read(_code, offset, set);
            if (branch.Length == 4 && _parts[(offset / HalfwordLength) + 1] is not (Part.Unknown or Part.Pending))
            {
                return;
            }

            _parts[offset / HalfwordLength] = set == InstructionSet.A32 ? Part.A32 : Part.T32;
            if (branch.Length == 4)
            {
                _parts[(offset / HalfwordLength) + 1] = Part.Rest;
            }

            if (branch.HasTarget)
            {
                Add(branch.Target, branch.TargetSet);
            }

            FollowLiteral(offset, set, branch.Ends);
            if (set == InstructionSet.T32)
            {
                uint first = Halfword(offset);
                uint second = branch.Length == 4 ? Halfword(offset + 2) : 0;
                if (first >> 8 == 0xBF && (first & 15) != 0)
                {
                    // The lowest bit that is set ends the mask.
                    conditional = 5 - BitOperations.TrailingZeroCount(first & 15);
                }
                else if (Branch.IsTableBranch(first, second))
                {
                    FollowTable(offset + 4, compared, (second & 0x10) != 0 ? 2 : 1);
                }
                else if (first >> 11 == 5 || ((first & 0xFBF0) == 0xF1B0 && (second & 0x8F00) == 0x0F00))
                {
                    compared = ((int)(first >> 11 == 5 ? first : second) & 0xFF) + 1; // CMP with an immediate
                }
            }

            if (branch.Ends && conditional <= 0)
            {
                return;
            }

            conditional--;
            offset += branch.Length;
        }
    }

    // TBB and TBH: a table of distances lies behind the instruction. How long it is, the comparison before it says.
    private readonly void FollowTable(int table, int count, int size)
    {
        int end = (table + (count * size) + 1) & ~1;
        if (end > _code.Length)
        {
            return;
        }

        for (int i = 0; i < count; i++)
        {
            int at = table + (i * size);
            uint distance = size == 1 ? _code[at] : Halfword(at);
            Add(table + (2L * distance), InstructionSet.T32);
        }

        MarkData(table, end);
    }

    // What is loaded as a literal is data; loaded to the PC, as linkers' veneers do, the address of a function.
    private readonly void FollowLiteral(int offset, InstructionSet set, bool isBranch)
    {
        if (!LiteralPools.TryFindLiteral(_code, offset, _code.Length, set, isBigEndian: false, out int literal, out int size))
        {
            return;
        }

        MarkData(literal, literal + size);
        if (isBranch && size == sizeof(uint))
        {
            AddPointer(BinaryPrimitives.ReadUInt32LittleEndian(_code[literal..]));
        }
    }

    private readonly void MarkData(int start, int end)
    {
        foreach (ref Part part in _parts.AsSpan(start / HalfwordLength, (end - start) / HalfwordLength))
        {
            part = part == Part.Unknown ? Part.Data : part;
        }
    }

    private readonly void FollowFunctions()
    {
        for (int offset = 0; offset + 4 <= _code.Length; offset += HalfwordLength)
        {
            if (_parts[offset / HalfwordLength] != Part.Unknown)
            {
                continue;
            }

            if (Halfword(offset) >> 8 == 0xB5 || IsWidePush(offset))
            {
                Add(offset, InstructionSet.T32);
            }
            else if (Halfword(offset + 2) == Push && IsPushList(Halfword(offset)) && !IsWidePush(offset + 2))
            {
                // "BX LR; PUSH" of T32 looks like it.
                Add(offset, InstructionSet.A32);
            }

            Follow();
        }
    }

    // PUSH with LR: the halfwords of the encodings of the two sets are in another order.
    private readonly bool IsWidePush(int offset) => Halfword(offset) == Push && IsPushList(Halfword(offset + 2));

    private static bool IsPushList(uint list) => (list & (LinkRegister | StackPointerAndPc)) == LinkRegister;

    private readonly uint Halfword(int offset) =>
        offset + HalfwordLength <= _code.Length ? BinaryPrimitives.ReadUInt16LittleEndian(_code[offset..]) : 0u;

    private readonly List<CodeRegion> ToRegions()
    {
        long balance = 0;
        foreach (Part part in _parts)
        {
            balance += part == Part.A32 ? 2 : part == Part.T32 ? -1 : 0;
        }

        List<CodeRegion> regions = [];
        Part most = balance > 0 ? Part.A32 : Part.T32;
        Part before = most;
        int next = 0; // where code is that comes after
        int start = 0;
        while (start < _parts.Length)
        {
            Part part = _parts[start];
            int end = EndOf(start, part);
            if (part is Part.A32 or Part.T32)
            {
                regions.Add(Region(start, end, part));
                before = part;
            }
            else if (part == Part.Unknown)
            {
                // Between functions of one set are more of it.
                next = NextCode(Math.Max(next, end));
                Part after = next < _parts.Length ? _parts[next] : most;
                Part guess = before == after ? before : most;
                InstructionSet set = guess == Part.A32 ? InstructionSet.A32 : InstructionSet.T32;
                GuessedCode.AddRegions(regions, _code, start * HalfwordLength, end * HalfwordLength, set);
            }

            start = end;
        }

        return regions;
    }

    private static CodeRegion Region(int start, int end, Part part) =>
        new(start * HalfwordLength, (end - start) * HalfwordLength, part == Part.A32 ? InstructionSet.A32 : InstructionSet.T32, Sureness.Guess);

    private readonly int EndOf(int start, Part part)
    {
        int end = start + 1;
        while (end < _parts.Length && (_parts[end] == part || (_parts[end] == Part.Rest && part is Part.A32 or Part.T32)))
        {
            end++;
        }

        return end;
    }

    private readonly int NextCode(int from)
    {
        while (from < _parts.Length && _parts[from] is not (Part.A32 or Part.T32))
        {
            from++;
        }

        return from;
    }
}
