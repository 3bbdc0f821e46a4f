namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 of the regimes whose controlling Exception level uses AArch64.</summary>
internal static class AArch64Stage1
{
    // A fault before the first lookup is reported at level 0, wherever the walk would have started (Arm ARM, I_ZFSYQ, R_YYVYV,
    // I_RFRSQ, R_YXNYW).
    private const int LevelBeforeWalk = 0;

    public static TranslationResult Translate(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request)
    {
        bool nested = AArch64Stage2.Applies(registers);
        if (IsUnsupported(registers, nested))
        {
            return Fault(TranslationFaultKind.NotSupported, 0, reader);
        }

        TranslationResult result = TranslateInStage1(ref reader, registers, request, nested);
        return nested && result.Succeeded ? AArch64Stage2.Translate(ref reader, registers, request, result) : result;
    }

    private static TranslationResult TranslateInStage1(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request, bool nested)
    {
        ulong va = request.VirtualAddress;
        bool fetch = request.Access == TranslationAccess.InstructionFetch;
        var range = new AArch64Range(registers, upper: registers.Regime != Stage1Regime.EL2 && Bits.Bit(va, 55));

        // Tag bits do not take part (TBI), unless they are kept for instruction addresses (TBID); with MTX bits 59:56 are a tag
        // in data addresses, and count as an extension of bit 55.
        int addressTop = range.TopByteIgnored && !(range.TagsInDataOnly && fetch) ? 55 : 63;
        if (range.ExtendedTagChecking && !fetch)
        {
            va = range.Upper ? va | (0xFul << 56) : va & ~(0xFul << 56);
        }

        if (Stage1Attributes.IsOff(registers))
        {
            int size = registers.Capabilities.PhysicalAddressBits;
            return Bits.InPlace(va, addressTop, size) != 0
                ? Fault(TranslationFaultKind.AddressSize, 0, reader)
                : TranslationResult.Flat(va & Bits.Below(size), Stage1Attributes.WhileOff(registers, request.Access));
        }

        if (range.Uses128BitDescriptors)
        {
            return Fault(TranslationFaultKind.NotSupported, 0, reader);
        }

        bool unprivileged = registers.Regime != Stage1Regime.EL2 && !request.Privileged;
        if (range.WalkDisabled
            || (unprivileged && range.E0PD)
            || (unprivileged && request.NonFault && range.NonFaultDisabled)
            || range.SizeOutOfRange
            || !IsInRange(va, addressTop, range))
        {
            return Fault(TranslationFaultKind.Translation, LevelBeforeWalk, reader);
        }

        LongDescriptorTables tables = range.Tables(nested);
        TranslationFault fault = tables.Walk(ref reader, registers, va, out LongDescriptor leaf);
        if (fault.Kind != TranslationFaultKind.None)
        {
            return new TranslationResult(fault, reader);
        }

        if (!leaf.AccessFlag && !range.HardwareAccessFlag && !request.IsCacheMaintenance)
        {
            return Fault(TranslationFaultKind.AccessFlag, leaf.Level, reader);
        }

        AccessPermissions permissions = AArch64Permissions.Of(registers, range, leaf, request);
        AccessPermissions needed = NeededPermissions.InStage1(registers, request);
        if ((permissions & needed) != needed)
        {
            return Fault(TranslationFaultKind.Permission, leaf.Level, reader);
        }

        if (range.HardwareAccessFlag)
        {
            fault = tables.Change(ref reader, registers, leaf, PendingUpdates(range, leaf, request.Access));
            if (fault.Kind != TranslationFaultKind.None)
            {
                return new TranslationResult(fault, reader);
            }
        }

        return new TranslationResult(leaf.Address, Attributes(registers, range, leaf, request.Access), permissions, leaf.BlockBits, leaf.Level, reader);
    }

    // HCR_EL2.{NV, NV1} = {1, 1} changes what descriptors mean.
    private static bool IsUnsupported(in Stage1Registers registers, bool nested) => registers.Hcr != 0
        && (((registers.Hcr & (HcrBits.NV | HcrBits.NV1)) == (HcrBits.NV | HcrBits.NV1) && registers.IsEL10)
            || (nested && AArch64Stage2.IsUnsupported(registers)));

    // AArch64.S1Translate(): after the permission checks; cache maintenance never makes a page dirty.
    private static DescriptorUpdates PendingUpdates(in AArch64Range range, in LongDescriptor leaf, TranslationAccess access)
    {
        DescriptorUpdates pending = leaf.AccessFlag ? DescriptorUpdates.None : DescriptorUpdates.AccessFlag;
        return range.HardwareDirtyState && access == TranslationAccess.Write && leaf.NotDirty && (range.PermissionIndirection || leaf.DirtyBitModifier)
            ? pending | DescriptorUpdates.DirtyState
            : pending;
    }

    // Every bit from the input size up to the top must be 0 in the lower range and 1 in the upper.
    private static bool IsInRange(ulong va, int addressTop, in AArch64Range range)
    {
        ulong above = Bits.InPlace(ulong.MaxValue, addressTop, range.InputBits);
        return (va & above) == (range.Upper ? above : 0);
    }

    private static MemoryAttributes Attributes(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, TranslationAccess access)
    {
        ulong mair = range.AttributeIndexExtension && Bits.Bit(leaf.Value, 59) ? registers.Mair2 : registers.Mair;

        // Where FEAT_LPA2 puts address bits in SH's place, TCR.SHx stands for it.
        int sh = range.Lpa2 ? range.Sh : Bits.Field(leaf.Value, 9, 8);
        return Stage1Attributes.Effective(registers, (byte)(mair >> (leaf.AttrIndx * 8)), LongDescriptor.ShareabilityOf(sh), access);
    }

    private static TranslationResult Fault(TranslationFaultKind kind, int level, in TableReader reader) => new(new TranslationFault(kind, level), reader);
}
