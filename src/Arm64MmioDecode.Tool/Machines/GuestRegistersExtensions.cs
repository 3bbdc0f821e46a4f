using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>Views of the SIMD&amp;FP registers. In AArch32, D0 and D1 are the halves of register 0.</summary>
internal static class GuestRegistersExtensions
{
    public static UInt128 GetV(this IGuestRegisters registers, int number)
    {
        registers.GetV(number, out ulong low, out ulong high);
        return new UInt128(high, low);
    }

    public static ulong GetD(this IGuestRegisters registers, int number)
    {
        registers.GetV(number / 2, out ulong low, out ulong high);
        return (number & 1) == 0 ? low : high;
    }

    public static void SetD(this IGuestRegisters registers, int number, ulong value)
    {
        registers.GetV(number / 2, out ulong low, out ulong high);
        registers.SetV(number / 2, (number & 1) == 0 ? value : low, (number & 1) == 0 ? high : value);
    }
}
