using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// Two table steps from an opcode to its row: the first key selects a block of cells, the second a cell, and a cell names
/// the most specific row and what to try when that row does not match. Rows 0 and 1 match every word and mean "no memory
/// instruction here" and "unallocated".
/// </summary>
internal sealed class DecodeLookup
{
    public const int OtherRow = 0;

    public const int UnallocatedRow = 1;

    private readonly List<ushort> _candidates = [];
    private readonly Dictionary<string, int> _candidateLists = [];

    public ushort[] Blocks { get; private set; } = [];

    public uint[] Cells { get; private set; } = [];

    public ushort[] Candidates => [.. _candidates];

    /// <param name="rows">Mask and value of each row; the first two are the catch-all rows.</param>
    /// <param name="spaces">The encoding spaces in which a word without a row is unallocated.</param>
    /// <param name="first">The bits of the first key, most significant first.</param>
    /// <param name="second">The bits of the second key.</param>
    public static DecodeLookup Build(IReadOnlyList<(uint Mask, uint Value)> rows, IReadOnlyList<(uint Mask, uint Value)> spaces, int[] first, int[] second)
    {
        uint keyMask = first.Concat(second).Aggregate(0u, (mask, bit) => mask | (1u << bit));
        if (spaces.Any(space => (space.Mask & ~keyMask) != 0))
        {
            throw new InvalidDataException("an encoding space depends on bits that are not part of the lookup keys");
        }

        var lookup = new DecodeLookup();
        var cells = new List<uint>();
        var blocks = new Dictionary<string, ushort>();
        lookup.Blocks = new ushort[1 << first.Length];
        for (int i = 0; i < lookup.Blocks.Length; i++)
        {
            (uint mask, uint value) firstKey = Key(first, i);
            int[] inBlock = [.. Enumerable.Range(2, rows.Count - 2).Where(row => Compatible(rows[row], firstKey))];
            var block = new uint[1 << second.Length];
            for (int j = 0; j < block.Length; j++)
            {
                (uint mask, uint value) secondKey = Key(second, j);
                (uint, uint) key = (firstKey.mask | secondKey.mask, firstKey.value | secondKey.value);
                int last = spaces.Any(space => Compatible(space, key)) ? UnallocatedRow : OtherRow;
                int[] list =
                [
                    .. inBlock.Where(row => Compatible(rows[row], key)).OrderByDescending(row => BitOperations.PopCount(rows[row].Mask)).ThenBy(row => row),
                    last,
                ];
                block[j] = (uint)list[0] | ((uint)lookup.AddCandidates(list.AsEnumerable().Skip(1)) << 16);
            }

            string text = string.Join(',', block);
            if (!blocks.TryGetValue(text, out ushort number))
            {
                number = checked((ushort)blocks.Count);
                blocks.Add(text, number);
                cells.AddRange(block);
            }

            lookup.Blocks[i] = number;
        }

        lookup.Cells = [.. cells];
        return lookup;
    }

    private static bool Compatible((uint Mask, uint Value) row, (uint Mask, uint Value) key) =>
        ((row.Value ^ key.Value) & row.Mask & key.Mask) == 0;

    private static (uint Mask, uint Value) Key(int[] bits, int index)
    {
        uint mask = 0;
        uint value = 0;
        for (int i = 0; i < bits.Length; i++)
        {
            uint one = 1u << bits[i];
            mask |= one;
            value |= ((index >> (bits.Length - 1 - i)) & 1) != 0 ? one : 0;
        }

        return (mask, value);
    }

    private int AddCandidates(IEnumerable<int> rows)
    {
        int[] list = [.. rows];
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
