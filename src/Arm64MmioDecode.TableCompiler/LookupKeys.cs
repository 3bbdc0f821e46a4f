using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>The bits of an opcode that a lookup uses.</summary>
/// <param name="FirstLow">The lowest bit of the first key, which ends at bit 31.</param>
/// <param name="SecondLow">The lowest bit of the second key.</param>
/// <param name="SecondWidth">Number of bits of the second key, at most 8.</param>
/// <param name="AllOnes">Bits of which the lookup knows only whether all of them are one; that is the upper bit of the second key. 0 for none.</param>
internal readonly record struct LookupKeys(int FirstLow, int SecondLow, int SecondWidth, uint AllOnes = 0)
{
    public uint FirstMask => uint.MaxValue << FirstLow;

    /// <summary>Number of values of the second key.</summary>
    public int SecondCount => 1 << (AllOnes != 0 ? SecondWidth + 1 : SecondWidth);

    private uint Mask => FirstMask | (((1u << SecondWidth) - 1) << SecondLow);

    /// <summary>Whether the lookup tells the words with these bits from others: a row with such exceptions alone needs no comparison.</summary>
    public bool Tell((uint Mask, uint Value) bits) => (bits.Mask & ~Mask) == 0 || (bits.Mask == AllOnes && bits.Value == AllOnes);

    /// <summary>Whether words of a set can be in a cell, as far as fixed bits tell.</summary>
    /// <param name="words">The set.</param>
    /// <param name="first">The bits of the first key.</param>
    /// <param name="second">The second key.</param>
    public bool MayContain(WordSet words, uint first, int second)
    {
        bool allOnes = (second >> SecondWidth) != 0;
        uint known = allOnes ? AllOnes : 0;
        return words.MayContain(Mask | known, first | ((uint)(second & ((1 << SecondWidth) - 1)) << SecondLow) | known)
            && (allOnes || AllOnes == 0 || (words.Value & AllOnes) != AllOnes);
    }

    /// <summary>Whether the lookup tells the words of a set from all others.</summary>
    public bool Tell(WordSet words) => Tell((words.Mask, words.Value)) && words.Exceptions.All(Tell);
}
