using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Numerics;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// A multiplication that gathers the bits of a key that matter, wherever they are, in a number of a few bits, so that keys which
/// mean different things get different numbers: ((key &amp; Mask) * Multiplier) &gt;&gt; Shift. Found by trial.
/// </summary>
/// <param name="Mask">The bits that matter.</param>
/// <param name="Multiplier">The multiplier, of sixteen bits.</param>
/// <param name="Shift">The shift right of the lower 32 bits of the product.</param>
/// <param name="Cells">What each number means.</param>
internal sealed record GatheringHash(uint Mask, ushort Multiplier, int Shift, KeyOutcome[] Cells)
{
    private const int MostCellBits = 16;
    private const int MostPlaces = 4;

    // A multiplier with few bits adds the key at few places. That is enough for what encodings look like.
    private static readonly ushort[] s_multipliers =
    [
        .. Enumerable.Range(1, ushort.MaxValue).Where(n => BitOperations.PopCount((uint)n) <= MostPlaces).OrderBy(n => BitOperations.PopCount((uint)n)).Select(n => (ushort)n),
    ];

    /// <summary>Finds the multiplication with the fewest cells.</summary>
    /// <param name="masks">Bits that may be all that matter, the best ones first.</param>
    /// <param name="outcomes">What each key means.</param>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static GatheringHash Find(IReadOnlyList<uint> masks, IReadOnlyList<KeyOutcome> outcomes)
    {
        // In a random order two keys that do not fit together are found soon; always the same, so that the tables are.
        KeyOutcome[] shuffled = [.. outcomes];
        new Random(1).Shuffle(shuffled);
        var single = new KeyOutcome[1];
        if (TryFill(shuffled, 0, 0, 0, single))
        {
            return new(0, 0, 0, single);
        }

        int different = outcomes.Where(outcome => outcome.Row is not null).DistinctBy(outcome => outcome.Row).Count();
        int fewest = Math.Max(1, BitOperations.Log2((uint)Math.Max(1, different - 1)) + 1);
        var cells = new KeyOutcome[1 << MostCellBits];
        uint[] sufficient = [.. masks.Where(mask => Suffices(shuffled, mask))];
        for (int bits = fewest; bits <= MostCellBits; bits++)
        {
            int shift = 32 - bits;
            foreach (uint mask in sufficient)
            {
                foreach (ushort multiplier in s_multipliers)
                {
                    if (TryFill(shuffled, mask, multiplier, shift, cells))
                    {
                        return new(mask, multiplier, shift, cells[..(1 << bits)]);
                    }
                }
            }
        }

        throw new InvalidDataException($"no multiplication gathers the bits {masks[^1]:x8}");
    }

    private static bool Suffices(KeyOutcome[] outcomes, uint mask)
    {
        var seen = new Dictionary<uint, KeyOutcome>();
        foreach (KeyOutcome outcome in outcomes)
        {
            KeyOutcome merged = outcome;
            if (seen.TryGetValue(outcome.Key & mask, out KeyOutcome other) && !other.TryMerge(outcome, out merged))
            {
                return false;
            }

            seen[outcome.Key & mask] = merged;
        }

        return true;
    }

    private static bool TryFill(KeyOutcome[] outcomes, uint mask, uint multiplier, int shift, KeyOutcome[] cells)
    {
        for (int i = 0; i < outcomes.Length; i++)
        {
            uint number = ((outcomes[i].Key & mask) * multiplier) >> shift;
            if (!cells[number].TryMerge(outcomes[i], out cells[number]))
            {
                // Takes back what it has done, which is mostly little.
                for (; i >= 0; i--)
                {
                    cells[((outcomes[i].Key & mask) * multiplier) >> shift] = default;
                }

                return false;
            }
        }

        return true;
    }
}
