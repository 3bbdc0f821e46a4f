using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Translation;

/// <summary>Fields of registers and descriptors, by the bit numbers that the manual gives.</summary>
internal static class Bits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Bit(ulong value, int bit) => ((value >> bit) & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Field(ulong value, int high, int low) => (int)((value >> low) & ((1ul << (high - low + 1)) - 1));

    /// <summary>The bits from <paramref name="low"/> up to <paramref name="high"/> in their places. An empty range gives 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong InPlace(ulong value, int high, int low) => value & Below(high + 1) & ~Below(low);

    /// <summary>A mask of all bits lower than <paramref name="bit"/> (0 to 64).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Below(int bit) => bit >= 64 ? ulong.MaxValue : (1ul << bit) - 1;
}
