using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// From a word to the one row that can match it. The upper bits select a block, which says how the lower ones become the
/// number of a cell; the cell names a row, and the row says what the word is when it does not match. Rows 0 and 1 match no word.
/// </summary>
internal sealed class DecodeLookup
{
    /// <summary>The first row that is not one of the two that stand for no row.</summary>
    public const int FirstRow = 2;

    private readonly List<ushort> _cells = [];
    private readonly Dictionary<string, ushort> _firstCells = [];

    /// <param name="rows">The rows, irregular ones last.</param>
    /// <param name="hints">Words that are an instruction of no interest.</param>
    /// <param name="spaces">The encoding spaces in which a word without a row is unallocated.</param>
    /// <param name="keys">How the lookup takes a word apart.</param>
    /// <exception cref="InvalidDataException">Two rows are ambiguous.</exception>
    public DecodeLookup(IReadOnlyList<DecoderRow> rows, IReadOnlyList<DecoderRow> hints, IReadOnlyList<WordSet> spaces, LookupKeys keys)
    {
        var known = new Dictionary<string, GatheringHash>();
        var hashes = new GatheringHash[1 << (32 - keys.LowBits)];
        var early = new uint[hashes.Length];
        for (int i = 0; i < hashes.Length; i++)
        {
            var words = new BlockWords(rows, hints, spaces, keys, (uint)i << keys.LowBits);
            if (!known.TryGetValue(words.Signature, out GatheringHash? hash))
            {
                uint bits = words.FindBits();
                hash = GatheringHash.Find(keys.KeyMasks(bits), words.Outcomes(bits));
                known.Add(words.Signature, hash);
            }

            hashes[i] = hash;
            early[i] = keys.EarlyPlace(words.CommonOnes());
        }

        Rows =
        [
            .. hashes.SelectMany(hash => hash.Cells).Where(cell => cell.Row is not null).GroupBy(cell => cell.Row!.Value, cell => cell.Rejected)
                .SelectMany(row => row.Where(rejected => rejected != Rejection.None).DefaultIfEmpty(Rejection.Other).Distinct().Select(rejected => (row.Key, rejected)))
                .Order(),
        ];
        Dictionary<(int, Rejection), int> numbers = Rows.Select((row, i) => (row, i)).ToDictionary(one => one.row, one => one.i + FirstRow);
        Dictionary<int, int> anyNumber = Rows.Select((row, i) => (row.Row, i)).GroupBy(one => one.Row).ToDictionary(one => one.Key, one => one.First().i + FirstRow);

        // The first cell is that of words which are all no memory access.
        AddCells([0]);
        Blocks = [.. hashes.Select((hash, i) => early[i] | (uint)hash.Shift | hash.Mask | ((ulong)hash.Multiplier << 32) | ((ulong)AddCells(hash.Cells.Select(Number)) << 48))];

        ushort Number(KeyOutcome cell) => (ushort)(
            cell.Row is not { } row ? (cell.Rejected == Rejection.Unallocated ? 1 : 0)
            : cell.Rejected == Rejection.None ? anyNumber[row]
            : numbers[(row, cell.Rejected)]);
    }

    /// <summary>For each value of the upper bits: shift right (5 bits), early bits (from bit 5), the bits of the key that matter (from bit 10), the multiplier (from bit 32), and the number of the first cell (from bit 48). Without early bits 0 when no word of the block accesses memory or is unallocated.</summary>
    public ulong[] Blocks { get; }

    /// <summary>The number of a row each.</summary>
    public ushort[] Cells => [.. _cells];

    /// <summary>The rows that cells name, from row 2 on, and what a word is that leads to one of them and that it does not match. A few are there for either.</summary>
    public IReadOnlyList<(int Row, Rejection Rejected)> Rows { get; }

    private ushort AddCells(IEnumerable<ushort> rows)
    {
        ushort[] cells = [.. rows];
        string text = string.Join(',', cells);
        if (!_firstCells.TryGetValue(text, out ushort first))
        {
            first = checked((ushort)_cells.Count);
            _firstCells.Add(text, first);
            _cells.AddRange(cells);
        }

        return first;
    }
}
