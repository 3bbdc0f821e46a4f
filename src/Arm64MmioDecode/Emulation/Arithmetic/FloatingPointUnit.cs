using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The arithmetic of the floating-point atomics (FEAT_LSFE), in integers, so that rounding modes and flushing are those of the
/// guest's FPCR and the host's floating-point unit does not matter.
/// </summary>
/// <remarks>
/// These instructions behave as if FPCR.AH were 0 and FPCR.DN were 1, and change no flag of FPSR (Arm ARM, LDFADD and its
/// relatives): any NaN result is the default NaN.
/// </remarks>
internal readonly struct FloatingPointUnit
{
    // Bits below the significand during an addition. Three would do: guard, round, sticky.
    private const int GuardBits = 8;

    private readonly FloatingPointFormat _format;
    private readonly int _rounding;
    private readonly bool _flushesInputs;
    private readonly bool _flushesResults;

    public FloatingPointUnit(FloatingPointFormat format, ulong fpcr)
    {
        bool fiz = (fpcr & 1) != 0;
        bool fz16 = (fpcr & (1 << 19)) != 0;
        bool fz = (fpcr & (1 << 24)) != 0;
        _format = format;
        _rounding = (int)(fpcr >> 22) & 3;
        _flushesResults = format.IsHalf ? fz16 : fz;
        _flushesInputs = format.IsHalf ? fz16 : fz || fiz;
    }

    /// <summary>Computes the new value in memory.</summary>
    /// <param name="operation">One of the floating-point operations.</param>
    /// <param name="value">What memory holds.</param>
    /// <param name="operand">The operand register.</param>
    public ulong Compute(AccessOperation operation, ulong value, ulong operand)
    {
        value = FlushInput(value);
        operand = FlushInput(operand);
        if (operation == AccessOperation.FloatingAdd)
        {
            return Add(value, operand);
        }

        bool maximum = operation is AccessOperation.FloatingMaximum or AccessOperation.FloatingMaximumNumber;
        if (operation is AccessOperation.FloatingMaximumNumber or AccessOperation.FloatingMinimumNumber)
        {
            // A quiet NaN loses against a number, as if it were the infinity that never wins.
            ulong loser = maximum ? _format.SignBit | _format.Infinity : _format.Infinity;
            if (IsQuietNaN(value) && !IsQuietNaN(operand))
            {
                value = loser;
            }
            else if (IsQuietNaN(operand) && !IsQuietNaN(value))
            {
                operand = loser;
            }
        }

        return IsNaN(value) || IsNaN(operand) ? _format.DefaultNaN : Select(value, operand, maximum);
    }

    private ulong Select(ulong value, ulong operand, bool maximum)
    {
        long first = Order(value);
        long second = Order(operand);
        ulong selected = (maximum ? first > second : first < second) ? value : operand;
        if ((selected & ~_format.SignBit) == 0)
        {
            // Of zeros the positive one is greater; the signs count even if the other operand is no zero.
            selected = (maximum ? value & operand : value | operand) & _format.SignBit;
        }

        return selected;
    }

    private ulong Add(ulong value, ulong operand)
    {
        if (IsNaN(value) || IsNaN(operand))
        {
            return _format.DefaultNaN;
        }

        bool firstIsInfinite = (value & ~_format.SignBit) == _format.Infinity;
        bool secondIsInfinite = (operand & ~_format.SignBit) == _format.Infinity;
        if (firstIsInfinite || secondIsInfinite)
        {
            return firstIsInfinite && secondIsInfinite && value != operand ? _format.DefaultNaN : firstIsInfinite ? value : operand;
        }

        (ulong significand, int exponent) = Unpack(value);
        (ulong otherSignificand, int otherExponent) = Unpack(operand);
        if (significand == 0 && otherSignificand == 0 && value == operand)
        {
            return value;
        }

        bool negative = (value & _format.SignBit) != 0;
        bool otherNegative = (operand & _format.SignBit) != 0;
        if (exponent < otherExponent)
        {
            (significand, otherSignificand) = (otherSignificand, significand);
            (exponent, otherExponent) = (otherExponent, exponent);
            (negative, otherNegative) = (otherNegative, negative);
        }

        significand <<= GuardBits;
        otherSignificand = ShiftRightJamming(otherSignificand << GuardBits, exponent - otherExponent);
        ulong sum;
        if (negative == otherNegative)
        {
            sum = significand + otherSignificand;
        }
        else if (significand >= otherSignificand)
        {
            sum = significand - otherSignificand;
        }
        else
        {
            sum = otherSignificand - significand;
            negative = otherNegative;
        }

        if (sum == 0)
        {
            return _rounding == Rounding.TowardsMinusInfinity ? _format.SignBit : 0;
        }

        return Round(negative, sum, exponent - GuardBits);
    }

    // The value is significand × 2^exponent, exactly or, if bit 0 is set by jamming, a little off where it does not matter.
    private ulong Round(bool negative, ulong significand, int exponent)
    {
        ulong sign = negative ? _format.SignBit : 0;
        int top = exponent + 63 - LeadingZeros(significand);
        if (top < _format.MinimumExponent && _flushesResults)
        {
            return sign;
        }

        int field = top < _format.MinimumExponent ? 0 : top - _format.MinimumExponent + 1;
        int lowest = (field == 0 ? _format.MinimumExponent : top) - _format.FractionBits;
        int excess = lowest - exponent;
        ulong mantissa;
        if (excess <= 0)
        {
            mantissa = significand << -excess;
        }
        else
        {
            // A result is never further than GuardBits and one carry from its rounding position.
            ulong lost = significand & ((1ul << excess) - 1);
            ulong half = 1ul << (excess - 1);
            mantissa = significand >> excess;
            bool up = _rounding switch
            {
                Rounding.ToNearestEven => lost > half || (lost == half && (mantissa & 1) != 0),
                Rounding.TowardsPlusInfinity => lost != 0 && !negative,
                Rounding.TowardsMinusInfinity => lost != 0 && negative,
                _ => false,
            };
            mantissa += up ? 1ul : 0;
        }

        // The leading one of a normal number adds to the exponent field; a carry out of the fraction does so too.
        ulong result = mantissa + ((ulong)(field == 0 ? 0 : field - 1) << _format.FractionBits);
        if (result >= _format.Infinity)
        {
            bool toInfinity = _rounding == Rounding.ToNearestEven
                || (_rounding == Rounding.TowardsPlusInfinity && !negative)
                || (_rounding == Rounding.TowardsMinusInfinity && negative);
            result = toInfinity ? _format.Infinity : _format.Infinity - 1;
        }

        return sign | result;
    }

    private (ulong Significand, int Exponent) Unpack(ulong value)
    {
        int field = (int)(value >> _format.FractionBits) & _format.MaximumExponentField;
        ulong fraction = value & _format.FractionMask;
        return field == 0
            ? (fraction, _format.MinimumExponent - _format.FractionBits)
            : (fraction | (1ul << _format.FractionBits), field - 1 + _format.MinimumExponent - _format.FractionBits);
    }

    private ulong FlushInput(ulong value) =>
        _flushesInputs && (value & _format.Infinity) == 0 ? value & _format.SignBit : value;

    // Numbers in the order of their values; both zeros are 0.
    private long Order(ulong value)
    {
        long magnitude = (long)(value & ~_format.SignBit);
        return (value & _format.SignBit) != 0 ? -magnitude : magnitude;
    }

    private bool IsNaN(ulong value) => (value & ~_format.SignBit) > _format.Infinity;

    private bool IsQuietNaN(ulong value) => (value & ~_format.SignBit) >= _format.DefaultNaN;

    // What is shifted out makes bit 0 one, so that rounding knows of it.
    private static ulong ShiftRightJamming(ulong value, int count) =>
        count == 0 ? value
        : count > 63 ? (value != 0 ? 1ul : 0)
        : (value >> count) | ((value & ((1ul << count) - 1)) != 0 ? 1ul : 0);

    private static int LeadingZeros(ulong value)
    {
        int count = 0;
        while ((long)value >= 0)
        {
            value <<= 1;
            count++;
        }

        return count;
    }

    // FPCR.RMode.
    private static class Rounding
    {
        public const int ToNearestEven = 0;
        public const int TowardsPlusInfinity = 1;
        public const int TowardsMinusInfinity = 2;
    }
}
