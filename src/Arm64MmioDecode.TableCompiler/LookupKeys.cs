using System.Collections.Generic;
using System.Numerics;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>How a lookup takes a word apart.</summary>
/// <param name="LowBits">Number of the lower bits, of which the key is made; those above them select a block.</param>
/// <param name="Field">The lowest bit of a register field of which all ones is often another instruction.</param>
/// <param name="FieldBits">The bits of the field.</param>
/// <param name="EarlyBits">Bits of a word that may tell at once that it is none of ours: four of them, or none.</param>
/// <remarks>
/// A one is added to the field: the carry out of it says whether all its bits are ones, and takes one bit of the key, above the
/// lower bits, instead of all bits of the field.
/// </remarks>
internal readonly record struct LookupKeys(int LowBits, int Field, uint FieldBits, uint EarlyBits = 0)
{
    public uint UpperMask => uint.MaxValue << LowBits;

    private int KeyShift => 31 - LowBits;

    /// <summary>The place in a block of the bits that all words of ours have set.</summary>
    public uint EarlyPlace(uint ones) => (ones & EarlyBits) << 1;

    /// <summary>The bit of the word into which the carry goes: all words of a block have the same one.</summary>
    public uint CarryBit => 1u << LowBits;

    /// <summary>The key of a word: its lower bits and the carry, from bit 31 down.</summary>
    public uint Key(uint word) => (word + (1u << Field)) << KeyShift;

    /// <summary>Adds the lower bits of the field to the upper ones, which change with them in the key.</summary>
    public uint Complete(uint bits)
    {
        uint field = bits & FieldBits;
        return field == 0 ? bits : bits | (FieldBits & (uint.MaxValue >> BitOperations.LeadingZeroCount(field)));
    }

    /// <summary>The key's bits that may be all that matter when these complete bits of a word do, the fewest first.</summary>
    public IReadOnlyList<uint> KeyMasks(uint bits) =>
        (bits & FieldBits) == FieldBits
            ? [((bits & ~FieldBits) | CarryBit) << KeyShift, (bits | CarryBit) << KeyShift, bits << KeyShift]
            : [bits << KeyShift];
}
