namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 of the regimes whose controlling Exception level uses AArch64.</summary>
internal static class AArch64Stage1
{
    // A fault before the first lookup is reported at level 0, wherever the walk would have started (Arm ARM, I_ZFSYQ, R_YYVYV,
    // I_RFRSQ, R_YXNYW).
    private const int LevelBeforeWalk = 0;

    public static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request, IAtomicGuestMemory? updated = null)
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
                ? Fault(TranslationFaultKind.AddressSize, 0, 0)
                : TranslationResult.Flat(va & Bits.Below(size), Stage1Attributes.WhileOff(registers, request.Access));
        }

        if (range.Uses128BitDescriptors)
        {
            return Fault(TranslationFaultKind.NotSupported, 0, 0);
        }

        bool unprivileged = registers.Regime != Stage1Regime.EL2 && !request.Privileged;
        if (range.WalkDisabled
            || (unprivileged && range.E0PD)
            || (unprivileged && request.NonFault && range.NonFaultDisabled)
            || range.SizeOutOfRange
            || !IsInRange(va, addressTop, range))
        {
            return Fault(TranslationFaultKind.Translation, LevelBeforeWalk, 0);
        }

        LongDescriptorTables tables = range.Tables();
        TranslationFault fault = tables.Walk(memory, va, out LongDescriptor leaf, out int reads, updated);
        if (fault.Kind != TranslationFaultKind.None)
        {
            return new TranslationResult(fault, reads);
        }

        if (!leaf.AccessFlag && !range.HardwareAccessFlag)
        {
            return Fault(TranslationFaultKind.AccessFlag, leaf.Level, reads);
        }

        AccessPermissions permissions = AArch64Permissions.Of(registers, range, leaf, request.Privileged, request.HeedsPan);
        if ((permissions & request.Needed) != request.Needed)
        {
            return Fault(TranslationFaultKind.Permission, leaf.Level, reads);
        }

        DescriptorUpdates pending = PendingUpdates(range, leaf, request.Access);
        if (pending != DescriptorUpdates.None && updated is not null && TryUpdate(updated, tables, leaf, pending))
        {
            pending &= DescriptorUpdates.TableAccessFlag;
        }

        return new TranslationResult(
            leaf.Address, Attributes(registers, range, leaf, request.Access), permissions, leaf.BlockBits, leaf.Level, reads, pending);
    }

    // AArch64.S1Translate(): after the permission checks; cache maintenance never makes a page dirty.
    private static DescriptorUpdates PendingUpdates(in AArch64Range range, in LongDescriptor leaf, TranslationAccess access)
    {
        DescriptorUpdates pending = leaf.TableAccessFlagPending ? DescriptorUpdates.TableAccessFlag : DescriptorUpdates.None;
        if (!leaf.AccessFlag)
        {
            pending |= DescriptorUpdates.AccessFlag;
        }

        if (access == TranslationAccess.Write && range.HardwareDirtyState && leaf.Ap2 && (range.PermissionIndirection || leaf.DirtyBitModifier))
        {
            pending |= DescriptorUpdates.DirtyState;
        }

        return pending;
    }

    private static bool TryUpdate(IAtomicGuestMemory memory, in LongDescriptorTables tables, in LongDescriptor leaf, DescriptorUpdates updates)
    {
        const ulong ReadOnlyOrNotDirty = 1ul << 7;
        const ulong AccessFlag = 1ul << 10;
        ulong value = leaf.Value;
        if ((updates & DescriptorUpdates.AccessFlag) != 0)
        {
            value |= AccessFlag;
        }

        if ((updates & DescriptorUpdates.DirtyState) != 0)
        {
            value &= ~ReadOnlyOrNotDirty;
        }

        return value == leaf.Value || tables.TryReplace(memory, leaf.Location, leaf.Value, value);
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

    private static TranslationResult Fault(TranslationFaultKind kind, int level, int reads) => new(new TranslationFault(kind, level), reads);
}
