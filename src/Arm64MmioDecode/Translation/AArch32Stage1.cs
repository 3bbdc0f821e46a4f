namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 of PL1&amp;0 with EL1 using AArch32: what both descriptor formats share, and the choice between them.</summary>
internal static class AArch32Stage1
{
    public static TranslationResult Translate(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request)
    {
        bool nested = AArch64Stage2.Applies(registers);
        if (nested && AArch64Stage2.IsUnsupported(registers))
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.NotSupported, 0), reader);
        }

        TranslationResult result = TranslateInStage1(ref reader, registers, request, nested);
        return nested && result.Succeeded ? AArch64Stage2.Translate(ref reader, registers, request, result) : result;
    }

    private static TranslationResult TranslateInStage1(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request, bool nested)
    {
        uint va = (uint)request.VirtualAddress;
        if (Stage1Attributes.IsOff(registers))
        {
            return TranslationResult.Flat(va, Stage1Attributes.WhileOff(registers, request.Access));
        }

        bool extendedAddressEnable = Bits.Bit(registers.Tcr, 31);
        return extendedAddressEnable
            ? AArch32LongDescriptors.Translate(ref reader, registers, request, va, nested)
            : AArch32ShortDescriptors.Translate(ref reader, registers, request, va, nested);
    }

    /// <summary>
    /// What a client of a mapping may do, from what the tables let it read and write and not execute. Other than in AArch64,
    /// execution needs read permission (Arm ARM, "Access permissions for instruction execution").
    /// </summary>
    public static AccessPermissions Permissions(
        in Stage1Registers registers,
        in TranslationRequest request,
        AccessPermissions privileged,
        AccessPermissions unprivileged,
        bool xn,
        bool pxn)
    {
        AccessPermissions data = request.Privileged ? privileged : unprivileged;
        bool writable = (data & AccessPermissions.Write) != 0;
        bool wxn = Bits.Bit(registers.Sctlr, 19);
        bool uwxn = Bits.Bit(registers.Sctlr, 20);

        bool executable = (data & AccessPermissions.Read) != 0 && !xn && !(wxn && writable);
        if (request.Privileged)
        {
            executable &= !pxn && !(uwxn && (unprivileged & AccessPermissions.Write) != 0);
        }

        // PAN: what is accessible to EL0, PL1 may not touch. Execution does not depend on it.
        if (request.Pan && request.Privileged && !request.IsCacheMaintenance && unprivileged != AccessPermissions.None)
        {
            data = AccessPermissions.None;
        }

        return data | (executable ? AccessPermissions.Execute : AccessPermissions.None);
    }

    /// <summary>AP[2:1] of the long format, and of the short format with SCTLR.AFE.</summary>
    public static void DecodeAp(bool ap2, bool ap1, out AccessPermissions privileged, out AccessPermissions unprivileged)
    {
        privileged = ap2 ? AccessPermissions.Read : AccessPermissions.Read | AccessPermissions.Write;
        unprivileged = ap1 ? privileged : AccessPermissions.None;
    }
}
