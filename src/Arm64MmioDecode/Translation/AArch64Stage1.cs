namespace Arm64MmioDecode.Translation;

/// <summary>Stage 1 of the regimes whose controlling Exception level uses AArch64.</summary>
internal static class AArch64Stage1
{
    private const byte NormalWriteThroughReadAllocate = 0b1010_1010;

    public static TranslationResult Translate(IGuestMemory memory, in Stage1Registers registers, in TranslationRequest request)
    {
        ulong va = request.VirtualAddress;
        var range = new AArch64Range(registers, upper: registers.Regime != Stage1Regime.EL2 && Bits.Bit(va, 55));
        bool fetch = request.Access == TranslationAccess.InstructionFetch;

        // Tag bits do not take part (TBI), unless they are kept for instruction addresses (TBID); with MTX bits 59:56 are a
        // tag for data accesses in any case, and read as an extension of bit 55.
        int addressTop = range.TopByteIgnored && !(range.TagsInDataOnly && fetch) ? 55 : 63;
        if (range.ExtendedTagChecking && !fetch)
        {
            va = range.Upper ? va | (0xFul << 56) : va & ~(0xFul << 56);
        }

        bool mmuOff = !Bits.Bit(registers.Sctlr, 0) || (registers.DefaultCacheable && registers.Regime == Stage1Regime.EL10);
        if (mmuOff)
        {
            return Flat(registers, va, addressTop, fetch);
        }

        if (range.Uses128BitDescriptors)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.NotSupported, 0), 0);
        }

        bool unprivileged = registers.Regime != Stage1Regime.EL2 && !request.Privileged;
        if (range.WalkDisabled
            || (unprivileged && range.E0PD)
            || (unprivileged && request.NonFault && range.NonFaultDisabled)
            || range.SizeOutOfRange
            || IsOutOfRange(va, addressTop, range))
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.Translation, 0), 0);
        }

        LongDescriptorTables tables = range.Tables();
        TranslationFault fault = tables.Walk(memory, va, out LongDescriptor leaf, out int reads);
        if (fault.Kind != TranslationFaultKind.None)
        {
            return new TranslationResult(fault, reads);
        }

        if (!leaf.AccessFlag && !range.HardwareAccessFlag)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.AccessFlag, leaf.Level), reads);
        }

        AccessPermissions permissions = AArch64Permissions.Of(registers, range, leaf, request.Privileged, request.Pan && !fetch);
        if ((permissions & request.Needed) == 0)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.Permission, leaf.Level), reads);
        }

        return new TranslationResult(leaf.Address, Attributes(registers, range, leaf, fetch), permissions, leaf.BlockBits, leaf.Level, reads);
    }

    // Stage 1 off: the address goes through as it is; only what lies above the physical address size faults.
    private static TranslationResult Flat(in Stage1Registers registers, ulong va, int addressTop, bool fetch)
    {
        if (Bits.InPlace(va, addressTop, registers.Capabilities.PhysicalAddressBits) != 0)
        {
            return new TranslationResult(new TranslationFault(TranslationFaultKind.AddressSize, 0), 0);
        }

        MemoryAttributes attributes;
        if (registers.DefaultCacheable && registers.Regime == Stage1Regime.EL10)
        {
            attributes = new MemoryAttributes(MemoryAttributes.NormalWriteBackEncoding, Shareability.NonShareable);
        }
        else if (fetch)
        {
            attributes = new MemoryAttributes(
                Bits.Bit(registers.Sctlr, 12) ? NormalWriteThroughReadAllocate : MemoryAttributes.NormalNonCacheableEncoding,
                Shareability.OuterShareable);
        }
        else
        {
            attributes = new MemoryAttributes(MemoryAttributes.DeviceNGnRnEEncoding, Shareability.OuterShareable);
        }

        const AccessPermissions Everything = AccessPermissions.Read | AccessPermissions.Write | AccessPermissions.Execute;
        ulong address = va & Bits.Below(registers.Capabilities.PhysicalAddressBits);
        return new TranslationResult(address, attributes, Everything, blockBits: 12, level: 0, tableReads: 0);
    }

    // Every bit from the input size up to the top must be 0 in the lower range and 1 in the upper.
    private static bool IsOutOfRange(ulong va, int addressTop, in AArch64Range range)
    {
        ulong checkedBits = Bits.InPlace(ulong.MaxValue, addressTop, range.InputBits);
        return (va & checkedBits) != (range.Upper ? checkedBits : 0);
    }

    private static MemoryAttributes Attributes(in Stage1Registers registers, in AArch64Range range, in LongDescriptor leaf, bool fetch)
    {
        int index = leaf.AttrIndx;
        ulong mair = range.AttributeIndexExtension && Bits.Bit(leaf.Value, 59) ? registers.Mair2 : registers.Mair;
        byte encoding = (byte)(mair >> (index * 8));

        // SCTLR.C and SCTLR.I make Normal memory Non-cacheable for data and for instructions.
        bool cacheable = Bits.Bit(registers.Sctlr, fetch ? 12 : 2);
        if (!cacheable && encoding >> 4 != 0)
        {
            encoding = MemoryAttributes.NormalNonCacheableEncoding;
        }

        // Where SH's place holds address bits, TCR.SHx stands for it.
        int sh = range.Lpa2 ? range.Sh : Bits.Field(leaf.Value, 9, 8);
        return new MemoryAttributes(encoding, LongDescriptor.ShareabilityOf(sh));
    }
}
