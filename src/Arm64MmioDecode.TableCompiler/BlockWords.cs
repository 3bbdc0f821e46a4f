using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>The words of one block of a lookup: which of their lower bits tell them apart, and into what.</summary>
internal sealed class BlockWords
{
    private readonly List<(DecoderRow Row, int? Number)> _rows;
    private readonly List<WordSet> _spaces;
    private readonly LookupKeys _keys;
    private readonly uint _upperMask;
    private readonly uint _upper;

    /// <param name="rows">All rows.</param>
    /// <param name="hints">Words that are an instruction of no interest.</param>
    /// <param name="spaces">The encoding spaces in which a word without a row is unallocated.</param>
    /// <param name="keys">How the lookup takes a word apart.</param>
    /// <param name="upper">The upper bits of the block's words.</param>
    public BlockWords(IReadOnlyList<DecoderRow> rows, IReadOnlyList<DecoderRow> hints, IReadOnlyList<WordSet> spaces, LookupKeys keys, uint upper)
    {
        _keys = keys;
        _upperMask = keys.UpperMask;
        _upper = upper;
        _rows =
        [
            .. rows.Select((row, i) => (Row: row, Number: (int?)i)).Concat(hints.Select(hint => (Row: hint, Number: (int?)null)))
                .Where(row => MayContain(row.Row.Words, _upperMask, upper)),
        ];
        _spaces = [.. spaces.Where(space => MayContain(space, _upperMask, upper))];
    }

    /// <summary>What tells this block from others: two with the same signature have the same lower bits.</summary>
    public string Signature =>
        string.Join(
            ';',
            _rows.Select(row => $"{row.Number}{ExceptionBits(row.Row.Words):x}")
                .Concat(_spaces.Select(space => $"{space.Mask & ~_upperMask:x}:{space.Value & ~_upperMask:x}:{ExceptionBits(space):x}"))
                .Append($"{_upper & _keys.CarryBit:x}"));

    /// <summary>The lower bits that tell the rows from each other, and allocated words from others where the rows' own bits do not.</summary>
    public uint FindBits() => _keys.Complete(AddSeparators(Required()));

    /// <summary>The bits that are set in all words that access memory or are unallocated; all bits when there is no such word.</summary>
    public uint CommonOnes() =>
        _rows.Where(row => row.Number is not null).Select(row => row.Row.Words).Concat(_spaces)
            .Aggregate(uint.MaxValue, (all, words) => all & words.Mask & words.Value);

    /// <summary>What each value of certain lower bits means.</summary>
    public IReadOnlyList<KeyOutcome> Outcomes(uint bits)
    {
        var outcomes = new List<KeyOutcome>();
        uint value = 0;
        do
        {
            outcomes.Add(Outcome(_upperMask | bits, _upper | value));
            value = (value - bits) & bits;
        }
        while (value != 0);
        return outcomes;
    }

    private KeyOutcome Outcome(uint mask, uint value)
    {
        uint key = _keys.Key(value);
        var matching = _rows.Where(row => ((row.Row.Words.Value ^ value) & row.Row.Words.Mask & mask) == 0).ToList();
        var possible = matching.Where(row => MayContain(row.Row.Words, mask, value)).OrderByDescending(row => row.Row.Rank).ToList();
        Rejection rejected = _spaces.Any(space => MayContain(space, mask, value)) ? Rejection.Unallocated : Rejection.Other;
        if (possible.Count == 0)
        {
            return new(key, null, matching.Count > 0, rejected);
        }

        (DecoderRow first, int? number) = possible[0];
        return number is null ? new(key, null, Excepts: true, Rejection.Other)
            : new(key, number, Excepts: false, (first.Words.Mask & ~mask) == 0 ? Rejection.None : rejected);
    }

    // The bits without which the row alone does not say what a word is: of encoding spaces, hints, exceptions, and of a row that
    // is a special case of another one.
    private uint Required()
    {
        uint bits = _spaces.Aggregate(0u, (all, space) => all | space.Mask | ExceptionBits(space));
        foreach ((DecoderRow row, int? number) in _rows)
        {
            bits |= ExceptionBits(row.Words) | (number is null ? row.Words.Mask : 0);
        }

        foreach ((DecoderRow one, DecoderRow other) in Pairs().Where(pair => !pair.One.Words.IsDisjointFrom(pair.Other.Words)))
        {
            bits |= one.Rank > other.Rank ? one.Words.Mask & ~other.Words.Mask
                : one.Rank < other.Rank ? other.Words.Mask & ~one.Words.Mask
                : throw new InvalidDataException($"two rows with {one.Rank} fixed bits share words that start with {_upper:x8}");
        }

        return bits & ~_upperMask;
    }

    // Adds, while there are rows that no key bit tells apart, the bit that does so for most of them.
    private uint AddSeparators(uint bits)
    {
        List<uint> differences =
        [
            .. Pairs().Select(pair => (pair.One.Words.Value ^ pair.Other.Words.Value) & pair.One.Words.Mask & pair.Other.Words.Mask & ~_upperMask)
                .Where(difference => difference != 0),
        ];
        while (true)
        {
            differences.RemoveAll(difference => (difference & bits) != 0);
            if (differences.Count == 0)
            {
                return bits;
            }

            bits |= Enumerable.Range(0, 32).Select(bit => 1u << bit).MaxBy(bit => differences.Count(difference => (difference & bit) != 0));
        }
    }

    private uint ExceptionBits(WordSet words) => words.Exceptions
        .Where(exception => ((exception.Value ^ (_upper | words.Value)) & exception.Mask & (_upperMask | words.Mask)) == 0)
        .Aggregate(0u, (all, exception) => all | (exception.Mask & ~words.Mask));

    private IEnumerable<(DecoderRow One, DecoderRow Other)> Pairs() =>
        _rows.SelectMany((one, i) => _rows.Skip(i + 1).Select(other => (one.Row, other.Row)));

    // Fixed bits and exceptions alike, of which those count that are known from the words' own bits and from the given ones.
    private static bool MayContain(WordSet words, uint mask, uint value) =>
        ((words.Value ^ value) & words.Mask & mask) == 0
        && words.MayContain(words.Mask | mask, words.Value | value);
}
