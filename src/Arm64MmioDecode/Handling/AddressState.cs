using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>What the translation registers say about the form of a signed pointer.</summary>
internal static class AddressState
{
    private const int SmallestSize = 32;
    private const int LargestSize = 55;

    /// <summary>Sets the size of virtual addresses and whether their top byte is ignored, as in the half of the address space that bit 55 selects.</summary>
    public static EmulationOptions For(ulong pointer, in Stage1Registers registers, in EmulationOptions options)
    {
        // TCR_ELx: T0SZ and TBI0, T1SZ and TBI1; TCR_EL2 with one range has TBI elsewhere.
        bool oneRange = registers.Regime == Stage1Regime.EL2;
        bool upper = !oneRange && ((pointer >> 55) & 1) != 0;
        int size = 64 - (int)((registers.Tcr >> (upper ? 16 : 0)) & 63);
        int topByteIgnored = oneRange ? 20 : upper ? 38 : 37;
        return options with
        {
            VirtualAddressBits = Math.Min(Math.Max(size, SmallestSize), LargestSize),
            TopByteIgnored = ((registers.Tcr >> topByteIgnored) & 1) != 0,
        };
    }
}
