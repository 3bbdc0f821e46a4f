namespace Arm64MmioDecode.Translation;

/// <summary>What SCTLR and HCR_EL2.DC make of memory attributes, in every regime.</summary>
internal static class Stage1Attributes
{
    private const byte NormalWriteThroughReadAllocate = 0b1010_1010;

    /// <summary>The attributes of every address while stage 1 is off.</summary>
    public static MemoryAttributes WhileOff(in Stage1Registers registers, TranslationAccess access)
    {
        if (IsDefaultCacheable(registers))
        {
            return new MemoryAttributes(MemoryAttributes.NormalWriteBackEncoding, Shareability.NonShareable);
        }

        byte encoding = access != TranslationAccess.InstructionFetch ? MemoryAttributes.DeviceNGnRnEEncoding
            : Bits.Bit(registers.Sctlr, 12) ? NormalWriteThroughReadAllocate
            : MemoryAttributes.NormalNonCacheableEncoding;
        return new MemoryAttributes(encoding, Shareability.OuterShareable);
    }

    /// <summary>SCTLR.M is 0, or HCR_EL2.DC or HCR_EL2.TGE make it so.</summary>
    public static bool IsOff(in Stage1Registers registers) =>
        !Bits.Bit(registers.Sctlr, 0) || IsDefaultCacheable(registers) || ((registers.Hcr & HcrBits.TGE) != 0 && registers.IsEL10);

    /// <summary>The attributes that a descriptor gives, as one Attr field of MAIR encodes them: SCTLR.C and SCTLR.I make Normal memory Non-cacheable for data and for instructions.</summary>
    public static MemoryAttributes Effective(in Stage1Registers registers, byte encoding, Shareability shareability, TranslationAccess access)
    {
        bool cacheable = Bits.Bit(registers.Sctlr, access == TranslationAccess.InstructionFetch ? 12 : 2);
        return new MemoryAttributes(cacheable || encoding >> 4 == 0 ? encoding : MemoryAttributes.NormalNonCacheableEncoding, shareability);
    }

    private static bool IsDefaultCacheable(in Stage1Registers registers) =>
        (registers.DefaultCacheable || (registers.Hcr & HcrBits.DC) != 0) && registers.IsEL10;
}
