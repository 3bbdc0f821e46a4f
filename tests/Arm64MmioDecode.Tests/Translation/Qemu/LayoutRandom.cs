using System;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>Random choices with a seed, so that every run and every report names the same layouts.</summary>
internal sealed class LayoutRandom(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>True once in <paramref name="n"/> times.</summary>
    public bool OneIn(int n) => _random.Next(n) == 0;

    public bool Flip() => _random.Next(2) == 0;

    public int Below(int n) => _random.Next(n);

    public int Between(int low, int high) => _random.Next(low, high + 1);

    public ulong Bits64() => (ulong)_random.NextInt64() ^ ((ulong)_random.NextInt64() << 1);

    /// <summary>A random field of <paramref name="bits"/> bits, in place.</summary>
    public ulong Field(int bits, int low) => (Bits64() & ((1ul << bits) - 1)) << low;

    /// <summary>A bit that is set once in <paramref name="n"/> times.</summary>
    public ulong RareBit(int n, int bit) => OneIn(n) ? 1ul << bit : 0;

    public T Pick<T>(params T[] values) => values[_random.Next(values.Length)];

    /// <summary>A page for a table: few, so that tables are shared and refer to themselves.</summary>
    public ulong TablePage(int granuleBits) =>
        Layout.ArenaStart + ((ulong)Below(24) << Math.Max(granuleBits, 12)) + (OneIn(100) ? 0x1000_0000ul : 0);
}
