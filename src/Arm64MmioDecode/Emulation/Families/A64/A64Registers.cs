using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <summary>General-purpose registers as A64 numbers them: 31 is the zero register, or SP as a base.</summary>
internal static class A64Registers
{
    public const int Number31 = 31;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong GetXOrZero(this IGuestRegisters registers, int number) => number == Number31 ? 0 : registers.ReadX(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetXUnlessZero(this IGuestRegisters registers, int number, ulong value)
    {
        if (number != Number31)
        {
            registers.WriteX(number, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong GetXOrSp(this IGuestRegisters registers, int number) => number == Number31 ? registers.Sp : registers.ReadX(number);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetXOrSp(this IGuestRegisters registers, int number, ulong value)
    {
        if (number == Number31)
        {
            registers.Sp = value;
        }
        else
        {
            registers.WriteX(number, value);
        }
    }
}
