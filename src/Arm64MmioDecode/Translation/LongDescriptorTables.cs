using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// A tree of 64-bit descriptors and how to follow it: VMSAv8-64, and the long-descriptor format of VMSAv8-32, which is its
/// 4KB granule with smaller sizes.
/// </summary>
internal readonly struct LongDescriptorTables
{
    private const int FinalLevel = 3;
    private const ulong AccessFlag = 1ul << 10;

    // An Address size fault by TTBR is reported at level 0 wherever the walk starts (Arm ARM, R_VPBBF).
    private const int LevelOfTtbrFault = 0;

    /// <summary>The address of the initial table, assembled from TTBR but not aligned yet.</summary>
    public ulong Base { get; init; }

    /// <summary>Bits 51:48 of <see cref="Base"/> come from TTBR[5:2], which makes 64 bytes the least alignment of the initial table.</summary>
    public bool HasWideBase { get; init; }

    /// <summary>The bits of the virtual address that select an entry or lie within the page: 64 (32 in AArch32) less TxSZ.</summary>
    public int InputBits { get; init; }

    /// <summary>12, 14 or 16.</summary>
    public int GranuleBits { get; init; }

    /// <summary>The effective physical address size; a larger address in TTBR or in a descriptor is an Address size fault.</summary>
    public int OutputBits { get; init; }

    /// <summary>TCR.DS (FEAT_LPA2): bits 51:50 of addresses are bits 9:8 of the descriptor, and bits 49:48 are in their place.</summary>
    public bool Lpa2 { get; init; }

    /// <summary>FEAT_LPA with the 64KB granule: bits 51:48 of addresses are bits 15:12 of the descriptor.</summary>
    public bool Lpa { get; init; }

    /// <summary>SCTLR.EE.</summary>
    public bool BigEndian { get; init; }

    /// <summary>TCR2.HAFT: hardware sets the Access flags of Table descriptors.</summary>
    public bool HardwareTableAccessFlag { get; init; }

    /// <summary>Looks the address up.</summary>
    /// <param name="memory">The guest's memory.</param>
    /// <param name="va">The virtual address; bits from <see cref="InputBits"/> up are ignored.</param>
    /// <param name="leaf">The final descriptor when there is no fault.</param>
    /// <param name="reads">The number of descriptors that were read.</param>
    /// <param name="updated">Where to set the Access flags of Table descriptors; null to leave them alone.</param>
    /// <returns>The fault, or the kind <see cref="TranslationFaultKind.None"/>.</returns>
    public TranslationFault Walk(IGuestMemory memory, ulong va, out LongDescriptor leaf, out int reads, IAtomicGuestMemory? updated = null)
    {
        leaf = default;
        reads = 0;

        // A table of 2^granule bytes resolves `stride` bits; the initial table resolves the 1 to `stride` bits that remain
        // above the levels that are needed (Arm ARM, "Determining the initial lookup level").
        int stride = GranuleBits - 3;
        int level = FinalLevel - ((InputBits - 1 - GranuleBits) / stride);
        int indexLow = GranuleBits + (stride * (FinalLevel - level));
        int indexHigh = InputBits - 1;

        // The initial table is aligned to its size; lower address bits in TTBR read as zero.
        int tableSizeBits = indexHigh - indexLow + 1 + 3;
        if (HasWideBase)
        {
            tableSizeBits = Math.Max(tableSizeBits, 6);
        }

        ulong table = Base & ~Bits.Below(tableSizeBits);
        if (OutOfRange(table))
        {
            return new TranslationFault(TranslationFaultKind.AddressSize, LevelOfTtbrFault);
        }

        int apTable = 0;
        bool xnTable = false;
        bool pxnTable = false;
        bool tableAccessFlagPending = false;

        while (true)
        {
            ulong entry = table | (Bits.InPlace(va, indexHigh, indexLow) >> (indexLow - 3));
            reads++;
            if (!TryRead(memory, entry, out ulong descriptor))
            {
                return new TranslationFault(TranslationFaultKind.ExternalAbortOnWalk, level);
            }

            bool isTableOrPage = Bits.Bit(descriptor, 1);
            if (!Bits.Bit(descriptor, 0) || (!isTableOrPage && !HasBlocksAt(level)))
            {
                return new TranslationFault(TranslationFaultKind.Translation, level);
            }

            // The output address counts as a whole: with a small output size the offset in a large block can be out of range too.
            bool isTable = isTableOrPage && level != FinalLevel;
            ulong address = isTable
                ? AddressIn(descriptor) & ~Bits.Below(GranuleBits)
                : (AddressIn(descriptor) & ~Bits.Below(indexLow)) | (va & Bits.Below(indexLow));
            if (OutOfRange(address))
            {
                return new TranslationFault(TranslationFaultKind.AddressSize, level);
            }

            if (!isTable)
            {
                leaf = new LongDescriptor
                {
                    Value = descriptor,
                    Address = address,
                    Location = entry,
                    TableAccessFlagPending = tableAccessFlagPending,
                    Level = level,
                    BlockBits = indexLow,
                    ApTable = apTable,
                    XnTable = xnTable,
                    PxnTable = pxnTable,
                };
                return default;
            }

            if (HardwareTableAccessFlag && (descriptor & AccessFlag) == 0)
            {
                tableAccessFlagPending |= updated is null || !TryReplace(updated, entry, descriptor, descriptor | AccessFlag);
            }

            // Hierarchical permissions only ever take away (APTable, XNTable or UXNTable, PXNTable).
            apTable |= Bits.Field(descriptor, 62, 61);
            xnTable |= Bits.Bit(descriptor, 60);
            pxnTable |= Bits.Bit(descriptor, 59);

            table = address;
            level++;
            indexHigh = indexLow - 1;
            indexLow -= stride;
        }
    }

    // Arm ARM, "VMSAv8-64 Block descriptor and Page descriptor formats": which levels have Block descriptors.
    private bool HasBlocksAt(int level) => GranuleBits switch
    {
        12 => level is 1 or 2 || (level == 0 && Lpa2),
        14 => level == 2 || (level == 1 && Lpa2),
        _ => level == 2 || (level == 1 && Lpa),
    };

    private ulong AddressIn(ulong descriptor)
    {
        ulong address = Bits.InPlace(descriptor, 47, 12);
        if (Lpa)
        {
            address = Bits.InPlace(descriptor, 47, 16) | ((ulong)Bits.Field(descriptor, 15, 12) << 48);
        }
        else if (Lpa2)
        {
            address |= Bits.InPlace(descriptor, 49, 48) | ((ulong)Bits.Field(descriptor, 9, 8) << 50);
        }

        return address;
    }

    /// <summary>Replaces a descriptor if it is still what was read.</summary>
    public bool TryReplace(IAtomicGuestMemory memory, ulong location, ulong descriptor, ulong replacement)
    {
        if (BigEndian)
        {
            descriptor = BinaryPrimitives.ReverseEndianness(descriptor);
            replacement = BinaryPrimitives.ReverseEndianness(replacement);
        }

        return memory.TryCompareExchange(location, descriptor, replacement, out ulong previous) && previous == descriptor;
    }

    private bool OutOfRange(ulong address) => address >> OutputBits != 0;

    private bool TryRead(IGuestMemory memory, ulong address, out ulong descriptor)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (!memory.TryRead(address, bytes))
        {
            descriptor = 0;
            return false;
        }

        descriptor = BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return true;
    }
}
