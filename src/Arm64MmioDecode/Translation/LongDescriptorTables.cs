using System;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// A tree of 64-bit descriptors and how to follow it: VMSAv8-64, and the long-descriptor format of VMSAv8-32, which is its
/// 4KB granule with smaller sizes.
/// </summary>
internal readonly struct LongDescriptorTables
{
    private const int FinalLevel = 3;

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

    /// <summary>The byte order of the tables: SCTLR.EE.</summary>
    public bool BigEndian { get; init; }

    /// <summary>Hardware sets the Access flag of Table descriptors, too (FEAT_HAFT).</summary>
    public bool HardwareTableAccessFlag { get; init; }

    /// <summary>These are tables of stage 2.</summary>
    public bool IsStage2 { get; init; }

    /// <summary>The guest's own stage 2 translates the addresses of the tables.</summary>
    public bool IsNested { get; init; }

    /// <summary>The level of the initial lookup, from which on a table resolves a whole stride, where that is not what <see cref="InputBits"/> asks for.</summary>
    public int? InitialLevel { get; init; }

    /// <summary>Looks the address up.</summary>
    /// <param name="reader">Reads the descriptors.</param>
    /// <param name="registers">The registers, for the guest's own stage 2.</param>
    /// <param name="va">The address; bits from <see cref="InputBits"/> up are ignored.</param>
    /// <param name="leaf">The final descriptor when there is no fault.</param>
    /// <returns>The fault, or the kind <see cref="TranslationFaultKind.None"/>.</returns>
    public TranslationFault Walk(ref TableReader reader, in Stage1Registers registers, ulong va, out LongDescriptor leaf)
    {
        leaf = default;

        // A table of 2^granule bytes resolves `stride` bits; the initial table resolves the 1 to `stride` bits that remain
        // above the levels that are needed (Arm ARM, "Determining the initial lookup level"). In stage 2 VTCR_EL2 says where to
        // start, and up to 16 tables that lie side by side resolve 4 bits more.
        int stride = GranuleBits - 3;
        int level = InitialLevel ?? FinalLevel - ((InputBits - 1 - GranuleBits) / stride);
        int indexLow = GranuleBits + (stride * (FinalLevel - level));
        int indexBits = InputBits - indexLow;
        ulong indexMask = indexBits > 0 ? Bits.Below(indexBits) : 0;

        // The initial table is aligned to its size; lower address bits in TTBR read as zero.
        int tableSizeBits = indexBits + 3;
        if (HasWideBase)
        {
            tableSizeBits = Math.Max(tableSizeBits, 6);
        }

        ulong table = Base & ~Bits.Below(tableSizeBits);
        if (OutOfRange(table))
        {
            return Fault(TranslationFaultKind.AddressSize, LevelOfTtbrFault);
        }

        // What any Table descriptor on the way says.
        ulong hierarchy = 0;
        while (true)
        {
            ulong entry = table | (((va >> indexLow) & indexMask) << 3);
            ulong location = entry;
            if (IsNested && AArch64Stage2.TranslateTable(ref reader, registers, entry, write: false, out location) is { Kind: not TranslationFaultKind.None } ofStage2)
            {
                return ofStage2;
            }

            if (!reader.TryRead(IsStage2 ? 2 : 1, level, location, BigEndian, out ulong descriptor))
            {
                return Fault(TranslationFaultKind.ExternalAbortOnWalk, level);
            }

            bool isTableOrPage = Bits.Bit(descriptor, 1);
            if (!Bits.Bit(descriptor, 0) || (!isTableOrPage && !HasBlocksAt(level)))
            {
                return Fault(TranslationFaultKind.Translation, level);
            }

            // The output address counts as a whole: with a small output size the offset in a large block can be out of range too.
            bool isTable = isTableOrPage && level != FinalLevel;
            ulong offset = (1ul << indexLow) - 1;
            ulong address = isTable
                ? AddressIn(descriptor) & ~((1ul << GranuleBits) - 1)
                : (AddressIn(descriptor) & ~offset) | (va & offset);
            reader.Says(isTable ? TableLookupKind.Table : level == FinalLevel ? TableLookupKind.Page : TableLookupKind.Block);
            if (OutOfRange(address))
            {
                return Fault(TranslationFaultKind.AddressSize, level);
            }

            if (!isTable)
            {
                leaf = new LongDescriptor
                {
                    Value = descriptor,
                    Address = address,
                    TableAddress = entry,
                    Location = location,
                    Level = level,
                    BlockBits = indexLow,
                    ApTable = Bits.Field(hierarchy, 62, 61),
                    XnTable = Bits.Bit(hierarchy, 60),
                    PxnTable = Bits.Bit(hierarchy, 59),
                };
                return default;
            }

            if (HardwareTableAccessFlag && !Bits.Bit(descriptor, LongDescriptor.AccessFlagBit)
                && Change(ref reader, registers, entry, location, descriptor, descriptor | (1ul << LongDescriptor.AccessFlagBit), DescriptorUpdates.TableAccessFlag) is { Kind: not TranslationFaultKind.None } refused)
            {
                return refused;
            }

            // Hierarchical permissions only ever take away (APTable, XNTable or UXNTable, PXNTable).
            hierarchy |= descriptor;
            table = address;
            level++;
            indexLow -= stride;
            indexMask = (1ul << stride) - 1;
        }
    }

    /// <summary>Lets hardware change the final descriptor.</summary>
    /// <returns>The guest's own stage 2 may not let it.</returns>
    public TranslationFault Change(ref TableReader reader, in Stage1Registers registers, in LongDescriptor leaf, DescriptorUpdates updates)
    {
        if (updates == DescriptorUpdates.None)
        {
            return default;
        }

        // The dirty state is a 0 in stage 1 and a 1 in stage 2.
        ulong changed = leaf.Value;
        if ((updates & DescriptorUpdates.DirtyState) != 0)
        {
            changed ^= 1ul << LongDescriptor.DirtyBit;
        }

        if ((updates & DescriptorUpdates.AccessFlag) != 0)
        {
            changed |= 1ul << LongDescriptor.AccessFlagBit;
        }

        return Change(ref reader, registers, leaf.TableAddress, leaf.Location, leaf.Value, changed, updates);
    }

    private TranslationFault Change(
        ref TableReader reader, in Stage1Registers registers, ulong entry, ulong location, ulong descriptor, ulong changed, DescriptorUpdates updates)
    {
        if (IsNested && AArch64Stage2.TranslateTable(ref reader, registers, entry, write: true, out location) is { Kind: not TranslationFaultKind.None } refused)
        {
            return refused;
        }

        reader.Change(location, descriptor, changed, BigEndian, updates);
        return default;
    }

    // Arm ARM, "VMSAv8-64 Block descriptor and Page descriptor formats": which levels have Block descriptors.
    private bool HasBlocksAt(int level) => GranuleBits switch
    {
        12 => level is 1 or 2 || (level == 0 && Lpa2),
        14 => level == 2 || (level == 1 && Lpa2),
        _ => level == 2 || (level == 1 && Lpa),
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong AddressIn(ulong descriptor) => Lpa || Lpa2 ? WideAddressIn(descriptor) : Bits.InPlace(descriptor, 47, 12);

    private ulong WideAddressIn(ulong descriptor) => Lpa
        ? Bits.InPlace(descriptor, 47, 16) | ((ulong)Bits.Field(descriptor, 15, 12) << 48)
        : Bits.InPlace(descriptor, 49, 12) | ((ulong)Bits.Field(descriptor, 9, 8) << 50);

    private bool OutOfRange(ulong address) => address >> OutputBits != 0;

    private TranslationFault Fault(TranslationFaultKind kind, int level) => new(kind, level, IsStage2);
}
