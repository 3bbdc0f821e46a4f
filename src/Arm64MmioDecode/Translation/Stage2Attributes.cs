using System;

namespace Arm64MmioDecode.Translation;

/// <summary>What stage 2 makes of the memory attributes of stage 1: the stricter of both, or with HCR_EL2.FWB what stage 2 says.</summary>
internal static class Stage2Attributes
{
    private const byte TaggedWriteBack = 0b1111_0000;

    /// <summary>Whether the descriptor alone makes memory of any Device type. Descriptors of stage 1 are Normal memory.</summary>
    public static bool IsDevice(in Stage1Registers registers, ulong descriptor) =>
        HasForcedWriteBack(registers) ? !Bits.Bit(descriptor, 4) : Bits.Field(descriptor, 5, 4) == 0;

    public static MemoryAttributes Combine(
        in Stage1Registers registers, MemoryAttributes stage1, ulong descriptor, in Stage2Parameters parameters, TranslationAccess access)
    {
        int attr = Bits.Field(descriptor, 5, 2);
        Shareability shareability = CombineShareability(
            stage1.Shareability, LongDescriptor.ShareabilityOf(parameters.Lpa2 ? parameters.Sh : Bits.Field(descriptor, 9, 8)));
        if (HasForcedWriteBack(registers))
        {
            return new MemoryAttributes(Forced(stage1.Encoding, attr), shareability);
        }

        // HCR_EL2.ID and CD make memory Non-cacheable for stage 2, and instructions come from Device memory as from Non-cacheable.
        bool device = attr >> 2 == 0;
        bool fetch = access == TranslationAccess.InstructionFetch;
        bool nonCacheable = fetch ? device || (registers.Hcr & HcrBits.ID) != 0 : !device && (registers.Hcr & HcrBits.CD) != 0;
        return new MemoryAttributes(nonCacheable ? Stricter(stage1.Encoding, 0b0101) : Stricter(stage1.Encoding, attr), shareability);
    }

    private static bool HasForcedWriteBack(in Stage1Registers registers) =>
        (registers.Hcr & HcrBits.FWB) != 0 && registers.Capabilities.Has(Stage1Features.Stage2ForcedWriteBack);

    // MemAttr[3:0]: 0b00dd a Device type; otherwise outer and inner cacheability, 1 Non-cacheable, 2 Write-Through, 3 Write-Back.
    private static byte Stricter(byte stage1, int attr)
    {
        if (attr >> 2 == 0)
        {
            byte device = (byte)(attr << 2);
            return IsDevice(stage1) ? Math.Min((byte)(stage1 & 0b1100), device) : device;
        }

        if (IsDevice(stage1))
        {
            return stage1;
        }

        if (stage1 == TaggedWriteBack && attr == 0b1111)
        {
            return stage1;
        }

        byte plain = stage1 == TaggedWriteBack ? MemoryAttributes.NormalWriteBackEncoding : stage1;
        return (byte)((Cacheability(plain >> 4, attr >> 2) << 4) | Cacheability(InnerOf(plain), attr & 3));
    }

    // One nibble of MAIR and two bits of stage 2. The allocation hints are those of stage 1; the reserved value 0 is Non-cacheable.
    private static int Cacheability(int nibble, int attr)
    {
        const int NonCacheable = 0b0100;
        bool writeThrough = (nibble >> 2) is 0 or 2;
        if (nibble == NonCacheable || attr <= 1)
        {
            return NonCacheable;
        }

        // Write-Back becomes Write-Through: 0b01RW 0b00RW, 0b11RW 0b10RW.
        return attr == 2 && !writeThrough ? nibble & 0b1011 : nibble;
    }

    // FEAT_XS encodings have an inner nibble of 0.
    private static int InnerOf(byte stage1) => stage1 switch
    {
        0b0100_0000 => 0b0100,
        0b1010_0000 => 0b1010,
        _ => stage1 & 0xF,
    };

    // HCR_EL2.FWB: 0b0xdd.. Device; x110 Write-Back, x101 Non-cacheable (a Device stays one), x111 what stage 1 says.
    private static byte Forced(byte stage1, int attr)
    {
        if ((attr & 0b100) == 0)
        {
            return Stricter(stage1, attr & 3);
        }

        switch (attr & 3)
        {
            case 3:
                return stage1;
            case 2:
                if (stage1 == TaggedWriteBack)
                {
                    return stage1;
                }

                return IsDevice(stage1)
                    ? MemoryAttributes.NormalWriteBackEncoding
                    : (byte)((WriteBack(stage1 >> 4) << 4) | WriteBack(InnerOf(stage1)));
            default:
                return IsDevice(stage1) ? stage1 : MemoryAttributes.NormalNonCacheableEncoding;
        }
    }

    // Write-Back with the hints of stage 1, where it has any.
    private static int WriteBack(int nibble) => nibble == 0b0100 ? 0b1111 : nibble | 0b0100;

    private static Shareability CombineShareability(Shareability stage1, Shareability stage2) =>
        stage1 == Shareability.OuterShareable || stage2 == Shareability.OuterShareable ? Shareability.OuterShareable
        : stage1 == Shareability.InnerShareable || stage2 == Shareability.InnerShareable ? Shareability.InnerShareable
        : Shareability.NonShareable;

    private static bool IsDevice(byte encoding) => encoding >> 4 == 0;
}
