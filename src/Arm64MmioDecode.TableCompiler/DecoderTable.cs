using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// The decoder's rows and the lookup that finds them. Rows 0 and 1 match no word. Irregular rows, which need more of the decoder
/// than the others, match no word where the lookup finds them; the decoder then finds what they are behind all of these.
/// </summary>
internal sealed class DecoderTable
{
    // No bits of a word are ever 1.
    private const ulong NoWord = 1ul << 32;

    private readonly DecoderRow[] _rows;
    private readonly DecodeLookup _lookup;
    private readonly int _rejectedWord;
    private readonly int _rejectedPosition;

    /// <param name="rows">The rows.</param>
    /// <param name="hints">Words that are an instruction of no interest.</param>
    /// <param name="spaces">The encoding spaces in which a word without a row is unallocated.</param>
    /// <param name="keys">How the lookup takes a word apart.</param>
    /// <param name="rejected">The word of a row, and the lowest of two bits in it, that say what a word is that the row does not match.</param>
    public DecoderTable(IEnumerable<DecoderRow> rows, IReadOnlyList<DecoderRow> hints, IReadOnlyList<WordSet> spaces, LookupKeys keys, (int Word, int Position) rejected)
    {
        _rows = [.. rows.OrderBy(row => row.IsIrregular)];
        _lookup = new DecodeLookup(_rows, hints, spaces, keys);
        (_rejectedWord, _rejectedPosition) = rejected;
    }

    /// <inheritdoc cref="DecodeLookup.Blocks"/>
    public ulong[] Blocks => _lookup.Blocks;

    /// <summary>The place of a row each: where it starts among the words of all rows, so that who looks it up multiplies nothing.</summary>
    public ushort[] Cells => [.. _lookup.Cells.Select(row => checked((ushort)(row * _rows[0].Data.Length)))];

    /// <summary>Number of rows that the lookup finds.</summary>
    public int RowCount => DecodeLookup.FirstRow + _lookup.Rows.Count;

    /// <summary>Number of those that are irregular; they are the last ones.</summary>
    public int IrregularCount => _lookup.Rows.Count(row => _rows[row.Row].IsIrregular);

    /// <summary>The words of all rows.</summary>
    public IEnumerable<ulong> Rows()
    {
        int words = _rows[0].Data.Length;
        var rows = new List<ulong[]> { Nothing(words, 0), Nothing(words, 1) };
        rows.AddRange(_lookup.Rows.Select(found => _rows[found.Row].IsIrregular ? Marker(_rows[found.Row]) : Data(found)));
        rows.AddRange(_lookup.Rows.Where(found => _rows[found.Row].IsIrregular).Select(Data));
        return rows.SelectMany(row => row);
    }

    private ulong[] Data((int Row, Rejection Rejected) found) =>
        WithRejected(_rows[found.Row].Data, found.Rejected == Rejection.Unallocated ? 1u : 0);

    private ulong[] Nothing(int words, uint rejected) => WithRejected([NoWord, .. new ulong[words - 1]], rejected);

    // The words that are copied into the descriptor are there for whoever wants to know what a row is.
    private ulong[] Marker(DecoderRow row)
    {
        ulong[] marker = Nothing(row.Data.Length, 2);
        marker[1] = row.Data[1];
        marker[2] = row.Data[2];
        return marker;
    }

    private ulong[] WithRejected(ulong[] data, uint rejected)
    {
        ulong[] copy = [.. data];
        copy[_rejectedWord] |= (ulong)rejected << _rejectedPosition;
        return copy;
    }
}
