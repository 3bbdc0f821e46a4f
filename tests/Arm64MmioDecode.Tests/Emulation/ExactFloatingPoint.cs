using System.Numerics;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Floating-point addition as the manual defines it, on exact values: every finite number is an integer times the smallest
/// denormal number. It shares nothing with the library, and is as slow as it looks.
/// </summary>
internal sealed class ExactFloatingPoint(int exponentBits, int fractionBits, int roundingMode, bool flushInputs, bool flushResults)
{
    private ulong Sign => 1ul << (exponentBits + fractionBits);

    private ulong Infinity => ((1ul << exponentBits) - 1) << fractionBits;

    private ulong DefaultNaN => Infinity | (1ul << (fractionBits - 1));

    public ulong Add(ulong a, ulong b)
    {
        (a, b) = (Flush(a), Flush(b));
        var (magnitudeA, magnitudeB) = (a & ~Sign, b & ~Sign);
        if (magnitudeA > Infinity || magnitudeB > Infinity)
        {
            return DefaultNaN;
        }

        if (magnitudeA == Infinity || magnitudeB == Infinity)
        {
            return magnitudeA == magnitudeB && a != b ? DefaultNaN : magnitudeA == Infinity ? a : b;
        }

        if (magnitudeA == 0 && magnitudeB == 0 && a == b)
        {
            return a;
        }

        var sum = Units(a) + Units(b);
        return sum.IsZero ? (roundingMode == 2 ? Sign : 0) : Round(sum);
    }

    private ulong Flush(ulong value) => flushInputs && (value & Infinity) == 0 ? value & Sign : value;

    private BigInteger Units(ulong value)
    {
        var field = (int)((value & Infinity) >> fractionBits);
        var fraction = value & ((1ul << fractionBits) - 1);
        var units = field == 0 ? fraction : (BigInteger)(fraction | (1ul << fractionBits)) << (field - 1);
        return (value & Sign) != 0 ? -units : units;
    }

    private ulong Round(BigInteger units)
    {
        var sign = units.Sign < 0 ? Sign : 0;
        var magnitude = BigInteger.Abs(units);
        var excess = (int)magnitude.GetBitLength() - (fractionBits + 1);
        if (excess <= 0)
        {
            // Exact: denormal when the leading bit is in the fraction. The encoding of the rest equals its number of units.
            var isDenormal = magnitude < BigInteger.One << fractionBits;
            return isDenormal && flushResults ? sign : sign | (ulong)magnitude;
        }

        var divisor = BigInteger.One << excess;
        var quotient = BigInteger.DivRem(magnitude, divisor, out var remainder);
        var comparison = (remainder * 2).CompareTo(divisor);
        var up = roundingMode switch
        {
            0 => comparison > 0 || (comparison == 0 && !quotient.IsEven),
            1 => sign == 0 && !remainder.IsZero,
            2 => sign != 0 && !remainder.IsZero,
            _ => false,
        };
        quotient += up ? 1 : 0;
        var result = ((BigInteger)excess << fractionBits) + quotient;
        if (result >= Infinity)
        {
            var toInfinity = roundingMode == 0 || (roundingMode == 1 && sign == 0) || (roundingMode == 2 && sign != 0);
            return sign | (toInfinity ? Infinity : Infinity - 1);
        }

        return sign | (ulong)result;
    }
}
