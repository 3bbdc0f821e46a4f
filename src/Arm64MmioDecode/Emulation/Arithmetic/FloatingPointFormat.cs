namespace Arm64MmioDecode.Emulation;

/// <summary>A binary floating-point format (Arm ARM, "Floating-point number representation").</summary>
internal readonly struct FloatingPointFormat
{
    private FloatingPointFormat(int exponentBits, int fractionBits)
    {
        ExponentBits = exponentBits;
        FractionBits = fractionBits;
    }

    /// <summary>BFloat16: the upper half of single precision.</summary>
    public static FloatingPointFormat BFloat16 => new(8, 7);

    public int ExponentBits { get; }

    public int FractionBits { get; }

    /// <summary>FPCR.FZ16 governs half precision, FPCR.FZ and FPCR.FIZ everything else, BFloat16 included.</summary>
    public bool IsHalf => ExponentBits == 5;

    public ulong SignBit => 1ul << (ExponentBits + FractionBits);

    public ulong FractionMask => (1ul << FractionBits) - 1;

    /// <summary>The exponent field of infinities and NaNs.</summary>
    public int MaximumExponentField => (1 << ExponentBits) - 1;

    /// <summary>The exponent of the smallest normal number.</summary>
    public int MinimumExponent => 2 - (1 << (ExponentBits - 1));

    public ulong Infinity => (ulong)MaximumExponentField << FractionBits;

    public ulong DefaultNaN => Infinity | (1ul << (FractionBits - 1));

    public static FloatingPointFormat OfSize(int sizeLog2) => sizeLog2 switch
    {
        1 => new FloatingPointFormat(5, 10),
        2 => new FloatingPointFormat(8, 23),
        _ => new FloatingPointFormat(11, 52),
    };
}
