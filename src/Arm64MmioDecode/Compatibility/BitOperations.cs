#if !NETCOREAPP3_0_OR_GREATER
namespace System.Numerics;

/// <summary>The part of .NET's class of this name that the library uses, for .NET Standard 2.0.</summary>
internal static class BitOperations
{
    public static int PopCount(uint value)
    {
        value -= (value >> 1) & 0x5555_5555;
        value = (value & 0x3333_3333) + ((value >> 2) & 0x3333_3333);
        value = (value + (value >> 4)) & 0x0F0F_0F0F;
        return (int)((value * 0x0101_0101) >> 24);
    }

    public static int TrailingZeroCount(uint value) => PopCount(~value & (value - 1));
}
#endif
