namespace Arm64MmioDecode.Translation;

/// <summary>Bits of HCR_EL2.</summary>
internal static class HcrBits
{
    public const ulong VM = 1ul << 0;
    public const ulong PTW = 1ul << 2;
    public const ulong DC = 1ul << 12;
    public const ulong TGE = 1ul << 27;
    public const ulong CD = 1ul << 32;
    public const ulong ID = 1ul << 33;
    public const ulong E2H = 1ul << 34;
    public const ulong NV = 1ul << 42;
    public const ulong NV1 = 1ul << 43;
    public const ulong FWB = 1ul << 46;
}
