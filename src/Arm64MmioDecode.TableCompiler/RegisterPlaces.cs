using System.Collections.Generic;
using System.Linq;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>A register field of an A32 or T32 encoding.</summary>
/// <param name="Low">Its lowest bit.</param>
/// <param name="Width">Number of its bits; 0 when there is none.</param>
/// <param name="Doubled">1 when the register number is twice the field.</param>
internal readonly record struct RegisterPlace(int Low, int Width, int Doubled)
{
    /// <summary>The bits of the register number.</summary>
    public uint Bits => ((1u << Width) - 1) << Doubled;

    /// <summary>The shift right that makes the register number of a word.</summary>
    public int Shift => Width == 0 ? 0 : Low - Doubled;
}

/// <summary>
/// Where the registers of an A32 or T32 encoding are, and how the decoder gets them in the descriptor's order, a byte each: Rt,
/// Rm, Rn, Rt2. In most encodings Rt and Rn are within eight bits, which one multiplication spreads to their places, and at most
/// one more field is elsewhere.
/// </summary>
internal sealed record RegisterPlaces(RegisterPlace Rt, RegisterPlace Rm, RegisterPlace Rn, RegisterPlace Rt2, bool NextRegister, bool EvenRegisters, uint Constants)
{
    public const int RmPosition = 8;
    public const int RnPosition = 16;
    public const int Rt2Position = 24;

    // Where Rt is in most A32 encodings.
    private const int A32First = 12;
    private const int SpreadBits = 8;

    /// <summary>The words in which Rt is R15, after which R0 comes (UNPREDICTABLE), so that Rt + 1 is not the next register; null when there are none.</summary>
    public (uint Mask, uint Value)? Special => NextRegister && !EvenRegisters ? (Rt.Bits << Rt.Low, Rt.Bits << Rt.Low) : null;

    /// <summary>The places in these words.</summary>
    public RegisterPlaces WithoutNext => this with { Rt2 = default, NextRegister = false, Constants = Constants & ~(1u << Rt2Position) };

    /// <summary>The bits of the descriptor's word that come from the opcode.</summary>
    public uint Mask =>
        (Rt.Bits | (Rm.Bits << RmPosition) | (Rn.Bits << RnPosition) | (Rt2.Bits << Rt2Position)) & (EvenRegisters ? ~((1u << Rt2Position) | 1) : uint.MaxValue);

    /// <summary>The shift right of each, a byte for each in the descriptor's order.</summary>
    public uint Shifts => (uint)Rt.Shift | ((uint)Rm.Shift << RmPosition) | ((uint)Rn.Shift << RnPosition) | ((uint)Rt2.Shift << Rt2Position);

    /// <summary>The lowest of the eight bits that are spread.</summary>
    public int First(InstructionSet set) => set == InstructionSet.A32 ? A32First : Together.Select(one => one.Place.Low).DefaultIfEmpty(0).Min();

    /// <summary>The lowest bit of the field that is elsewhere.</summary>
    public int Other => Rm.Width != 0 ? Rm.Low : NextRegister ? 0 : Rt2.Low;

    /// <summary>What the eight bits are multiplied by; null when that is not enough.</summary>
    public uint? Spread(InstructionSet set)
    {
        bool secondElsewhere = !NextRegister && Rt2.Width != 0;
        if ((Rm.Width != 0 && secondElsewhere) || (set == InstructionSet.A32 && (secondElsewhere || Other != 0)))
        {
            return null;
        }

        // One copy of the bits for each field: no two copies may touch, or the sum carries from one to the other.
        int first = First(set);
        int[] copies = [.. Together.Select(one => one.Position + one.Place.Doubled - (one.Place.Low - first)).Distinct().Order()];
        bool inside = Together.All(one => one.Place.Low >= first && one.Place.Low + one.Place.Width <= first + SpreadBits);
        bool apart = copies.All(copy => copy >= 0) && copies.Zip(copies.Skip(1)).All(pair => pair.Second - pair.First >= SpreadBits);
        return inside && apart ? copies.Aggregate(0u, (all, copy) => all | (1u << copy)) : null;
    }

    private IEnumerable<(RegisterPlace Place, int Position)> Together =>
        new (RegisterPlace Place, int Position)[] { (Rt, 0), (Rn, RnPosition), (NextRegister ? Rt2 : default, Rt2Position) }.Where(one => one.Place.Width != 0);
}
