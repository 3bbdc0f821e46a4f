using System;
using System.Globalization;

namespace Arm64MmioDecode.Tests.Tooling.Cases;

/// <summary>
/// A set of 32-bit words, written as in the manual's encoding diagrams: 0 and 1 are fixed, any other letter is free;
/// blanks separate fields.
/// </summary>
public sealed class WordPattern
{
    private readonly uint _fixed;
    private readonly uint _free;

    public WordPattern(string bits)
    {
        var compact = bits.Replace(" ", "", StringComparison.Ordinal);
        if (compact.Length != 32)
        {
            throw new ArgumentException($"{bits} has {compact.Length} bits", nameof(bits));
        }

        foreach (var bit in compact)
        {
            _fixed = (_fixed << 1) | (bit == '1' ? 1u : 0);
            _free = (_free << 1) | (bit is '0' or '1' ? 0u : 1);
        }
    }

    public uint Next(Random random) => _fixed | ((uint)random.NextInt64(1L << 32) & _free);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_fixed:x8}/{~_free:x8}");
}
