using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// Two table steps from an opcode to its row. The upper bits select a block: where its cells start, and which of the
/// lower key bits tell them apart. The cell names a row and what to try when that row does not match. Rows 0 and 1 match
/// every word and mean "no memory instruction here" and "unallocated".
/// </summary>
internal sealed class DecodeLookup
{
    private const int OtherRow = 0;
    private const int UnallocatedRow = 1;
    private const int FirstRow = 2;
    private const int MaskShift = 23;

    private readonly List<ushort> _candidates = [];
    private readonly Dictionary<string, int> _candidateLists = [];
    private readonly IReadOnlyList<DecoderRow> _rows;
    private readonly IReadOnlyList<WordSet> _spaces;
    private readonly LookupKeys _keys;
    private readonly List<uint> _cells = [];
    private readonly Dictionary<string, uint> _blockNumbers = [];

    /// <param name="rows">The rows from row 2 on.</param>
    /// <param name="spaces">The encoding spaces in which a word without a row is unallocated.</param>
    /// <param name="keys">The bits that select blocks and cells.</param>
    /// <exception cref="InvalidDataException">An encoding space cannot be told by the keys.</exception>
    public DecodeLookup(IReadOnlyList<DecoderRow> rows, IReadOnlyList<WordSet> spaces, LookupKeys keys)
    {
        _rows = rows;
        _spaces = spaces;
        _keys = keys;
        if (!spaces.All(keys.Tell))
        {
            throw new InvalidDataException("an encoding space depends on bits that are not part of the lookup keys");
        }

        Blocks = new uint[1 << (32 - keys.FirstLow)];
        for (int i = 0; i < Blocks.Length; i++)
        {
            uint first = (uint)i << keys.FirstLow;
            int[] inBlock = [.. Enumerable.Range(0, rows.Count).Where(row => rows[row].Words.MayContain(keys.FirstMask, first))];
            var block = new uint[keys.SecondCount];
            for (int j = 0; j < block.Length; j++)
            {
                block[j] = Cell(inBlock, first, j);
            }

            Blocks[i] = AddBlock(block);
        }
    }

    /// <summary>For each value of the first key: the number of the block's first cell, and from bit 23 the bits of the second key that select one.</summary>
    public uint[] Blocks { get; }

    /// <summary>A row, and from bit 16 the start of the list of rows to try next.</summary>
    public uint[] Cells => [.. _cells];

    public ushort[] Candidates => [.. _candidates];

    private uint Cell(int[] inBlock, uint first, int second)
    {
        int[] rows = [.. inBlock.Where(row => _keys.MayContain(_rows[row].Words, first, second)).OrderByDescending(row => _rows[row].Rank).ThenBy(row => row)];

        // The most specific row comes first, but when no two rows share a word the widest can, which has the most words.
        bool disjoint = rows.All(one => rows.All(other => one == other || _rows[one].Words.IsDisjointFrom(_rows[other].Words)));
        if (disjoint)
        {
            Array.Reverse(rows);
        }

        int last = _spaces.Any(space => _keys.MayContain(space, first, second)) ? UnallocatedRow : OtherRow;
        int[] list = [.. rows.Select(row => row + FirstRow), last];
        return (uint)list[0] | ((uint)AddCandidates(list[1..]) << 16);
    }

    private uint AddBlock(uint[] block)
    {
        uint mask = 0;
        for (int bit = 1; bit < block.Length; bit <<= 1)
        {
            if (Enumerable.Range(0, block.Length).Any(i => block[i] != block[i ^ bit]))
            {
                mask |= (uint)bit;
            }
        }

        string text = string.Join(',', block);
        if (!_blockNumbers.TryGetValue(text, out uint entry))
        {
            entry = (uint)_cells.Count | (mask << MaskShift);
            _blockNumbers.Add(text, entry);
            _cells.AddRange(block.Take((int)mask + 1));
        }

        return entry;
    }

    private int AddCandidates(int[] list)
    {
        string text = string.Join(',', list);
        if (!_candidateLists.TryGetValue(text, out int start))
        {
            start = _candidates.Count;
            _candidateLists.Add(text, start);
            _candidates.AddRange(list.Select(row => (ushort)row));
        }

        return checked((ushort)start);
    }
}
