namespace Arm64MmioDecode.Translation;

/// <summary>The long-descriptor format of VMSAv8-32 (TTBCR.EAE is 1).</summary>
internal static class AArch32LongDescriptors
{
    // Other than in AArch64, a fault before the first lookup is reported at level 1, the first level that this format has.
    private const int FirstLevel = 1;

    private const int OutputBits = 40;

    public static TranslationResult Translate(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request, uint va, bool nested)
    {
        ulong ttbcr = registers.Tcr;
        int t0sz = Bits.Field(ttbcr, 2, 0);
        int t1sz = Bits.Field(ttbcr, 18, 16);

        // TTBR0 translates 2^(32-T0SZ) bytes from the bottom and TTBR1 2^(32-T1SZ) bytes up to the top. A size of 0 stands for
        // what the other one leaves (all, for TTBR0, if both are 0); an address in neither range faults.
        bool lower = t0sz == 0 || va >> (32 - t0sz) == 0;
        bool upper = t1sz == 0 ? t0sz != 0 && !lower : ~va >> (32 - t1sz) == 0;
        bool walkDisabled = Bits.Bit(ttbcr, upper ? 23 : 7);
        if ((!lower && !upper) || walkDisabled)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.Translation, FirstLevel), reader);
        }

        ulong ttbr = upper ? registers.Ttbr1 : registers.Ttbr0;
        var tables = new LongDescriptorTables
        {
            Base = Bits.InPlace(ttbr, 47, 1),
            InputBits = 32 - (upper ? t1sz : t0sz),
            GranuleBits = 12,
            OutputBits = OutputBits,
            BigEndian = Bits.Bit(registers.Sctlr, 25),
            IsNested = nested,
        };
        TranslationFault fault = tables.Walk(ref reader, registers, va, out LongDescriptor leaf);
        if (fault.Kind != TranslationFaultKind.None)
        {
            return new TranslationResult(fault, reader);
        }

        if (!leaf.AccessFlag && !request.IsCacheMaintenance)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.AccessFlag, leaf.Level), reader);
        }

        // TTBCR2.HPDx works only with TTBCR.T2E.
        bool hierarchical = !(registers.Capabilities.Has(Stage1Features.AArch32HierarchicalPermissionDisables)
            && Bits.Bit(ttbcr, 6) && Bits.Bit(ttbcr, upper ? 42 : 41));
        bool ap2 = leaf.Ap2 || (hierarchical && (leaf.ApTable & 2) != 0);
        bool ap1 = leaf.Ap1 && !(hierarchical && (leaf.ApTable & 1) != 0);
        bool xn = leaf.Xn || (hierarchical && leaf.XnTable);
        bool pxn = leaf.Pxn || (hierarchical && leaf.PxnTable);
        AArch32Stage1.DecodeAp(ap2, ap1, out AccessPermissions privileged, out AccessPermissions unprivileged);
        AccessPermissions permissions = AArch32Stage1.Permissions(registers, request, privileged, unprivileged, xn, pxn);
        AccessPermissions needed = NeededPermissions.InStage1(registers, request);
        if ((permissions & needed) != needed)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.Permission, leaf.Level), reader);
        }

        MemoryAttributes attributes = Stage1Attributes.Effective(
            registers, (byte)(registers.Mair >> (leaf.AttrIndx * 8)), LongDescriptor.ShareabilityOf(Bits.Field(leaf.Value, 9, 8)), request.Access);
        return new TranslationResult(leaf.Address, attributes, permissions, leaf.BlockBits, leaf.Level, reader);
    }
}
