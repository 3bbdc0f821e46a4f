namespace Arm64MmioDecode.Translation;

/// <summary>The short-descriptor format of VMSAv8-32 (TTBCR.EAE is 0): two levels of 32-bit descriptors, with domains.</summary>
internal static class AArch32ShortDescriptors
{
    private const int SectionBits = 20;
    private const int SupersectionBits = 24;
    private const int LargePageBits = 16;
    private const int SmallPageBits = 12;

    public static TranslationResult Translate(ref TableReader reader, in Stage1Registers registers, in TranslationRequest request, uint va, bool nested)
    {
        ulong ttbcr = registers.Tcr;
        bool bigEndian = Bits.Bit(registers.Sctlr, 25);

        // TTBR0 translates the addresses whose upper TTBCR.N bits are zero, with a table that is smaller accordingly.
        int n = Bits.Field(ttbcr, 2, 0);
        bool upper = n != 0 && va >> (32 - n) != 0;
        if (Bits.Bit(ttbcr, upper ? 5 : 4))
        {
            return Fault(TranslationFaultKind.Translation, 1, 0, reader);
        }

        ulong table = upper ? Bits.InPlace(registers.Ttbr1, 31, 14) : Bits.InPlace(registers.Ttbr0, 31, 14 - n);
        ulong index = upper ? va >> SectionBits : (va & Bits.Below(32 - n)) >> SectionBits;
        ulong location = table | (index << 2);
        if (nested && AArch64Stage2.TranslateTable(ref reader, registers, location, write: false, out location) is { Kind: not TranslationFaultKind.None } ofStage2)
        {
            return new TranslationResult(ofStage2, reader);
        }

        if (!reader.TryRead(1, location, bigEndian, out uint first))
        {
            return Fault(TranslationFaultKind.ExternalAbortOnWalk, 1, 0, reader);
        }

        ShortDescriptor leaf;
        switch (first & 3)
        {
            case 0b00:
                return Fault(TranslationFaultKind.Translation, 1, 0, reader);

            case 0b01:
                int domain = Bits.Field(first, 8, 5);
                reader.Says(TableLookupKind.Table);
                ulong entry = Bits.InPlace(first, 31, 10) | (Bits.InPlace(va, 19, 12) >> 10);
                if (nested && AArch64Stage2.TranslateTable(ref reader, registers, entry, write: false, out entry) is { Kind: not TranslationFaultKind.None } ofSecond)
                {
                    return new TranslationResult(ofSecond, reader);
                }

                if (!reader.TryRead(2, entry, bigEndian, out uint second))
                {
                    return Fault(TranslationFaultKind.ExternalAbortOnWalk, 2, domain, reader);
                }

                if ((second & 3) == 0)
                {
                    return Fault(TranslationFaultKind.Translation, 2, domain, reader);
                }

                reader.Says(TableLookupKind.Page);
                leaf = Bits.Bit(second, 1)
                    ? ShortDescriptor.SmallPage(second, first)
                    : ShortDescriptor.LargePage(second, first);
                break;

            default:
                reader.Says(TableLookupKind.Block);
                leaf = Bits.Bit(first, 18) ? ShortDescriptor.Supersection(first) : ShortDescriptor.Section(first);
                break;
        }

        // The walk ends with the Access flag; domain and permissions come after it (Arm ARM, "The MMU fault-checking sequence").
        bool accessFlagEnable = Bits.Bit(registers.Sctlr, 29);
        if (accessFlagEnable && (leaf.Ap & 1) == 0 && !request.IsCacheMaintenance)
        {
            return Fault(TranslationFaultKind.AccessFlag, leaf.Level, leaf.Domain, reader);
        }

        AccessPermissions permissions;
        switch ((registers.Dacr >> (leaf.Domain * 2)) & 3)
        {
            case 0b01: // Client: the permissions are checked.
                permissions = Client(registers, request, leaf, accessFlagEnable);
                break;

            case 0b11: // Manager: nothing is checked, not even XN and PAN.
                permissions = AccessPermissions.Read | AccessPermissions.Write | AccessPermissions.Execute;
                break;

            default: // No access, and the reserved value, which behaves as No access.
                return Fault(TranslationFaultKind.Domain, leaf.Level, leaf.Domain, reader);
        }

        AccessPermissions needed = NeededPermissions.InStage1(registers, request);
        if ((permissions & needed) != needed)
        {
            return Fault(TranslationFaultKind.Permission, leaf.Level, leaf.Domain, reader);
        }

        ulong address = leaf.Base | (va & Bits.Below(leaf.BlockBits));
        return new TranslationResult(address, Attributes(registers, leaf, request.Access), permissions, leaf.BlockBits, leaf.Level, reader);
    }

    private static AccessPermissions Client(in Stage1Registers registers, in TranslationRequest request, in ShortDescriptor leaf, bool accessFlagEnable)
    {
        const AccessPermissions ReadWrite = AccessPermissions.Read | AccessPermissions.Write;
        AccessPermissions privileged;
        AccessPermissions unprivileged;
        if (accessFlagEnable)
        {
            AArch32Stage1.DecodeAp((leaf.Ap & 4) != 0, (leaf.Ap & 2) != 0, out privileged, out unprivileged);
        }
        else
        {
            // AP[2:0], Arm ARM table "VMSAv8-32 MMU access permissions"; the reserved value 0b100 gives no access.
            (privileged, unprivileged) = leaf.Ap switch
            {
                0b001 => (ReadWrite, AccessPermissions.None),
                0b010 => (ReadWrite, AccessPermissions.Read),
                0b011 => (ReadWrite, ReadWrite),
                0b101 => (AccessPermissions.Read, AccessPermissions.None),
                0b110 or 0b111 => (AccessPermissions.Read, AccessPermissions.Read),
                _ => (AccessPermissions.None, AccessPermissions.None),
            };
        }

        return AArch32Stage1.Permissions(registers, request, privileged, unprivileged, leaf.Xn, leaf.Pxn);
    }

    private static MemoryAttributes Attributes(in Stage1Registers registers, in ShortDescriptor leaf, TranslationAccess access)
    {
        bool texRemapEnable = Bits.Bit(registers.Sctlr, 28);
        byte encoding;
        Shareability shareability;
        if (texRemapEnable)
        {
            uint prrr = (uint)registers.Mair;
            uint nmrr = (uint)(registers.Mair >> 32);
            int region = leaf.TexCB & 7;
            encoding = Bits.Field(prrr, (2 * region) + 1, 2 * region) switch
            {
                0b00 => MemoryAttributes.DeviceNGnRnEEncoding,
                0b01 => MemoryAttributes.DeviceNGnREEncoding,
                0b10 => Normal(outer: Bits.Field(nmrr, (2 * region) + 17, (2 * region) + 16), inner: Bits.Field(nmrr, (2 * region) + 1, 2 * region)),
                _ => MemoryAttributes.DeviceNGnRnEEncoding, // Reserved: the strictest type.
            };
            bool shareable = Bits.Bit(prrr, leaf.Shareable ? 19 : 18);
            bool notOuterShareable = Bits.Bit(prrr, 24 + region);
            shareability = !shareable ? Shareability.NonShareable
                : notOuterShareable ? Shareability.InnerShareable : Shareability.OuterShareable;
        }
        else
        {
            encoding = leaf.TexCB switch
            {
                0b00000 => MemoryAttributes.DeviceNGnRnEEncoding,
                0b00001 or 0b01000 => MemoryAttributes.DeviceNGnREEncoding,
                0b00010 => Normal(outer: 0b10, inner: 0b10),
                0b00011 => Normal(outer: 0b11, inner: 0b11),
                0b00100 => Normal(outer: 0b00, inner: 0b00),
                0b00111 => Normal(outer: 0b01, inner: 0b01),
                >= 0b10000 => Normal(outer: (leaf.TexCB >> 2) & 3, inner: leaf.TexCB & 3),
                _ => MemoryAttributes.DeviceNGnRnEEncoding, // Reserved or IMPLEMENTATION DEFINED: the strictest type.
            };
            // Without TEX remap there is no Inner Shareable.
            shareability = leaf.Shareable ? Shareability.OuterShareable : Shareability.NonShareable;
        }

        return Stage1Attributes.Effective(registers, encoding, shareability, access);
    }

    // The two-bit cacheability of TEX and NMRR, as the Attr encoding of MAIR that says the same.
    private static byte Normal(int outer, int inner)
    {
        return (byte)((Nibble(outer) << 4) | Nibble(inner));

        static int Nibble(int cacheability) => cacheability switch
        {
            0b00 => 0b0100, // Non-cacheable
            0b01 => 0b1111, // Write-Back, Read-Allocate Write-Allocate
            0b10 => 0b1010, // Write-Through, Read-Allocate No Write-Allocate
            _ => 0b1110, // Write-Back, Read-Allocate No Write-Allocate
        };
    }

    private static TranslationResult Fault(TranslationFaultKind kind, int level, int domain, in TableReader reader)
        => new(TranslationFault.OfShortDescriptor(kind, level, domain), reader);

    /// <summary>A descriptor that maps memory, in one form for the four kinds that there are.</summary>
    private readonly struct ShortDescriptor
    {
        public ulong Base { get; private init; }

        public int BlockBits { get; private init; }

        public int Level { get; private init; }

        public int Domain { get; private init; }

        /// <summary>AP[2:0].</summary>
        public int Ap { get; private init; }

        public bool Xn { get; private init; }

        public bool Pxn { get; private init; }

        /// <summary>TEX[2:0], C, B.</summary>
        public int TexCB { get; private init; }

        /// <summary>S.</summary>
        public bool Shareable { get; private init; }

        public static ShortDescriptor Section(uint first) => Block(first, Bits.InPlace(first, 31, 20), SectionBits, Bits.Field(first, 8, 5));

        // A Supersection has 40 bits of address, and belongs to domain 0.
        public static ShortDescriptor Supersection(uint first) => Block(
            first,
            Bits.InPlace(first, 31, 24) | ((ulong)Bits.Field(first, 23, 20) << 32) | ((ulong)Bits.Field(first, 8, 5) << 36),
            SupersectionBits,
            domain: 0);

        public static ShortDescriptor LargePage(uint second, uint first) => Page(
            second, first, Bits.InPlace(second, 31, 16), LargePageBits, tex: Bits.Field(second, 14, 12), xn: Bits.Bit(second, 15));

        public static ShortDescriptor SmallPage(uint second, uint first) => Page(
            second, first, Bits.InPlace(second, 31, 12), SmallPageBits, tex: Bits.Field(second, 8, 6), xn: Bits.Bit(second, 0));

        private static ShortDescriptor Block(uint first, ulong address, int bits, int domain) => new()
        {
            Base = address,
            BlockBits = bits,
            Level = 1,
            Domain = domain,
            Ap = (Bits.Field(first, 15, 15) << 2) | Bits.Field(first, 11, 10),
            Xn = Bits.Bit(first, 4),
            Pxn = Bits.Bit(first, 0),
            TexCB = (Bits.Field(first, 14, 12) << 2) | Bits.Field(first, 3, 2),
            Shareable = Bits.Bit(first, 16),
        };

        private static ShortDescriptor Page(uint second, uint first, ulong address, int bits, int tex, bool xn) => new()
        {
            Base = address,
            BlockBits = bits,
            Level = 2,
            Domain = Bits.Field(first, 8, 5),
            Ap = (Bits.Field(second, 9, 9) << 2) | Bits.Field(second, 5, 4),
            Xn = xn,
            Pxn = Bits.Bit(first, 2),
            TexCB = (tex << 2) | Bits.Field(second, 3, 2),
            Shareable = Bits.Bit(second, 10),
        };
    }
}
