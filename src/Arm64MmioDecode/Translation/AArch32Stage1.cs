namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 of PL1&amp;0 with EL1 using AArch32.</summary>
internal static class AArch32Stage1
{
    public static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request)
        => new(new TranslationFault(TranslationFaultKind.NotSupported, 0), 0);
}
