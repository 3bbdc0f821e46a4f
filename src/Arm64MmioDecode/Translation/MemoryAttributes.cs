namespace Arm64MmioDecode.Translation;

/// <summary>The memory type, cacheability and shareability that stage 1 gives an access.</summary>
public readonly record struct MemoryAttributes
{
    internal const byte DeviceNGnRnEEncoding = 0b0000_0000;
    internal const byte DeviceNGnREEncoding = 0b0000_0100;
    internal const byte NormalNonCacheableEncoding = 0b0100_0100;
    internal const byte NormalWriteBackEncoding = 0b1111_1111;

    internal MemoryAttributes(byte encoding, Shareability shareability)
    {
        Encoding = encoding;
        // Device and Inner and Outer Non-cacheable memory is Outer Shareable whatever the descriptor says (Arm ARM, "Shareability").
        Shareability = TypeOf(encoding) != MemoryType.Normal || encoding is NormalNonCacheableEncoding or NonCacheableXs0
            ? Shareability.OuterShareable
            : shareability;
    }

    private const byte NonCacheableXs0 = 0b0100_0000;
    private const byte WriteThroughXs0 = 0b1010_0000;
    private const byte TaggedWriteBack = 0b1111_0000;

    /// <summary>
    /// The attributes as one Attr field of MAIR_EL1 encodes them, as PAR_EL1.ATTR reports them. Encodings that MAIR_EL1
    /// reserves are delivered as they are; <see cref="Type"/> reads them as the nearest Device type or as Normal memory.
    /// </summary>
    public byte Encoding { get; }

    /// <summary>The shareability.</summary>
    public Shareability Shareability { get; }

    /// <summary>The memory type.</summary>
    public MemoryType Type => TypeOf(Encoding);

    /// <summary>Whether the memory is of any Device type.</summary>
    public bool IsDevice => Type != MemoryType.Normal;

    /// <summary>Inner cacheability of Normal memory; Non-cacheable for Device memory.</summary>
    public Cacheability Inner => Encoding switch
    {
        NonCacheableXs0 => Cacheability.NonCacheable,
        WriteThroughXs0 => Cacheability.WriteThrough,
        TaggedWriteBack => Cacheability.WriteBack,
        _ => IsDevice ? Cacheability.NonCacheable : CacheabilityOf(Encoding & 0xF),
    };

    /// <summary>Outer cacheability of Normal memory; Non-cacheable for Device memory.</summary>
    public Cacheability Outer => Encoding switch
    {
        WriteThroughXs0 => Cacheability.WriteThrough,
        _ => IsDevice ? Cacheability.NonCacheable : CacheabilityOf(Encoding >> 4),
    };

    /// <summary>Whether the memory is Tagged Normal memory (FEAT_MTE2).</summary>
    public bool IsTagged => Encoding == TaggedWriteBack;

    /// <summary>The attributes in words: <c>Device-nGnRE</c>, <c>Normal, Inner Write-Back, Outer Non-cacheable, Inner Shareable</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        return Type switch
        {
            MemoryType.DeviceNGnRnE => "Device-nGnRnE",
            MemoryType.DeviceNGnRE => "Device-nGnRE",
            MemoryType.DeviceNGRE => "Device-nGRE",
            MemoryType.DeviceGRE => "Device-GRE",
            _ => "Normal, Inner " + Words(Inner) + ", Outer " + Words(Outer) + ", " + Sharing(Shareability),
        };

        static string Words(Cacheability cacheability) => cacheability switch
        {
            Cacheability.WriteBack => "Write-Back",
            Cacheability.WriteThrough => "Write-Through",
            _ => "Non-cacheable",
        };

        static string Sharing(Shareability shareability) => shareability switch
        {
            Shareability.InnerShareable => "Inner Shareable",
            Shareability.OuterShareable => "Outer Shareable",
            _ => "Non-shareable",
        };
    }

    // MAIR_EL1.Attr<n>: 0b0000dd0x is Device (x: FEAT_XS), anything with a non-zero upper half is Normal.
    private static MemoryType TypeOf(byte encoding) => encoding >> 4 == 0 ? (MemoryType)((encoding >> 2) & 3) : MemoryType.Normal;

    // 0b00RW Write-Through transient, 0b0100 Non-cacheable, 0b01RW Write-Back transient, 0b10RW Write-Through, 0b11RW Write-Back.
    private static Cacheability CacheabilityOf(int nibble) => (nibble >> 2) switch
    {
        0 or 2 => Cacheability.WriteThrough,
        1 when (nibble & 3) == 0 => Cacheability.NonCacheable,
        _ => Cacheability.WriteBack,
    };
}
