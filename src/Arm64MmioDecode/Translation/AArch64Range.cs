using System;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// The fields of TCR_ELx, TCR2_ELx and TTBRn_ELx for one of the two address ranges, in one form for every layout of TCR, with
/// the fields of absent features read as 0.
/// </summary>
internal readonly struct AArch64Range
{
    private readonly ulong _ttbr;
    private readonly int _physicalAddressBits;
    private readonly bool _bigEndian;
    private readonly bool _hasWideBase;

    public AArch64Range(in Stage1Registers registers, bool upper)
    {
        ulong tcr = registers.Tcr;
        Stage1Capabilities cpu = registers.Capabilities;
        Upper = upper;
        _ttbr = upper ? registers.Ttbr1 : registers.Ttbr0;
        _bigEndian = Bits.Bit(registers.Sctlr, 25);

        bool ha;
        bool hd;
        bool hpd;
        bool mtx;
        bool ds;
        int ps;
        int granule;
        if (registers.Regime == Stage1Regime.EL2)
        {
            TxSZ = Bits.Field(tcr, 5, 0);
            Sh = Bits.Field(tcr, 13, 12);
            granule = GranuleFromTG0(Bits.Field(tcr, 15, 14));
            ps = Bits.Field(tcr, 18, 16);
            TopByteIgnored = Bits.Bit(tcr, 20);
            ha = Bits.Bit(tcr, 21);
            hd = Bits.Bit(tcr, 22);
            hpd = Bits.Bit(tcr, 24);
            TagsInDataOnly = cpu.Has(Stage1Features.PointerAuthentication) && Bits.Bit(tcr, 29);
            ds = Bits.Bit(tcr, 32);
            mtx = Bits.Bit(tcr, 33);
            WalkDisabled = false;
            E0PD = false;
            NonFaultDisabled = false;
        }
        else
        {
            int second = upper ? 1 : 0;
            TxSZ = upper ? Bits.Field(tcr, 21, 16) : Bits.Field(tcr, 5, 0);
            Sh = upper ? Bits.Field(tcr, 29, 28) : Bits.Field(tcr, 13, 12);
            granule = upper ? GranuleFromTG1(Bits.Field(tcr, 31, 30)) : GranuleFromTG0(Bits.Field(tcr, 15, 14));
            ps = Bits.Field(tcr, 34, 32);
            TopByteIgnored = Bits.Bit(tcr, 37 + second);
            ha = Bits.Bit(tcr, 39);
            hd = Bits.Bit(tcr, 40);
            hpd = Bits.Bit(tcr, 41 + second);
            TagsInDataOnly = cpu.Has(Stage1Features.PointerAuthentication) && Bits.Bit(tcr, 51 + second);
            ds = Bits.Bit(tcr, 59);
            mtx = Bits.Bit(tcr, 60 + second);
            WalkDisabled = Bits.Bit(tcr, upper ? 23 : 7);
            E0PD = cpu.Has(Stage1Features.E0PD) && Bits.Bit(tcr, 55 + second);
            NonFaultDisabled = cpu.Has(Stage1Features.NonFaultDisables) && Bits.Bit(tcr, 53 + second);
        }

        GranuleBits = Implemented(granule, cpu);
        ExtendedTagChecking = mtx && cpu.Has(Stage1Features.ExtendedTagChecking);
        HardwareAccessFlag = ha && cpu.Has(Stage1Features.HardwareAccessFlag);
        HardwareDirtyState = hd && HardwareAccessFlag && cpu.Has(Stage1Features.HardwareDirtyState);

        HardwareTableAccessFlag = HardwareAccessFlag && Bits.Bit(registers.Tcr2, 11) && cpu.Has(Stage1Features.HardwareTableAccessFlag);

        // DS only has a meaning for the two smaller granules, and for each only if it has FEAT_LPA2.
        Lpa2 = ds && ((GranuleBits == 12 && cpu.Has(Stage1Features.Lpa2Granule4K)) || (GranuleBits == 14 && cpu.Has(Stage1Features.Lpa2Granule16K)));

        // TCR.IPS, limited to what the processor has. 52 bits need the 64KB granule or FEAT_LPA2. The reserved value 7 reads as
        // the largest size.
        int configured = ps switch
        {
            0 => 32,
            1 => 36,
            2 => 40,
            3 => 42,
            4 => 44,
            5 => 48,
            _ => 52,
        };
        _physicalAddressBits = cpu.PhysicalAddressBits;
        int largest = GranuleBits == 16 || Lpa2 ? _physicalAddressBits : Math.Min(_physicalAddressBits, 48);
        OutputBits = Math.Min(configured, largest);

        // With 52-bit addresses bits 5:2 of TTBR are address bits 51:48. With the 64KB granule TCR.IPS alone decides that, so
        // that a processor with a smaller physical address size takes an Address size fault (TTBR0_EL1.BADDR).
        _hasWideBase = Lpa2 || (GranuleBits == 16 && configured == 52);

        PermissionIndirection = cpu.Has(Stage1Features.PermissionIndirection) && Bits.Bit(registers.Tcr2, 1);
        bool overlays = cpu.Has(Stage1Features.PermissionOverlay);
        UnprivilegedOverlay = overlays && registers.Regime != Stage1Regime.EL2 && Bits.Bit(registers.Tcr2, 2);
        PrivilegedOverlay = overlays && Bits.Bit(registers.Tcr2, 3);
        AttributeIndexExtension = cpu.Has(Stage1Features.AttributeIndexExtension) && Bits.Bit(registers.Tcr2, 4);
        Uses128BitDescriptors = cpu.Has(Stage1Features.Descriptors128) && Bits.Bit(registers.Tcr2, 5);

        // Indirect permissions and overlays both do away with hierarchical permissions.
        HierarchicalPermissions = !(hpd && cpu.Has(Stage1Features.HierarchicalPermissionDisables))
            && !PermissionIndirection && !PrivilegedOverlay && !UnprivilegedOverlay;

        // FEAT_TTST moves the upper limit of TxSZ, FEAT_LVA and FEAT_LPA2 the lower one. Beyond a limit the architecture lets an
        // implementation choose between the limit and a level 0 Translation fault (which FEAT_LVA makes the only choice below the
        // lower limit): the fault is what this walker answers.
        int largestTxSZ = !cpu.Has(Stage1Features.SmallTables) ? 39 : GranuleBits == 16 ? 47 : 48;
        int smallestTxSZ = Lpa2 || (GranuleBits == 16 && cpu.Has(Stage1Features.LargeVirtualAddress)) ? 12 : 16;
        SizeOutOfRange = TxSZ < smallestTxSZ || TxSZ > largestTxSZ;
    }

    public bool Upper { get; }

    public int TxSZ { get; }

    public int InputBits => 64 - TxSZ;

    public int GranuleBits { get; }

    /// <summary>TCR.SHx, which stands for a descriptor's SH field with <see cref="Lpa2"/>.</summary>
    public int Sh { get; }

    /// <summary>TBI.</summary>
    public bool TopByteIgnored { get; }

    /// <summary>TBID: TBI applies to data accesses only.</summary>
    public bool TagsInDataOnly { get; }

    /// <summary>MTX.</summary>
    public bool ExtendedTagChecking { get; }

    /// <summary>EPD.</summary>
    public bool WalkDisabled { get; }

    public bool E0PD { get; }

    /// <summary>NFD.</summary>
    public bool NonFaultDisabled { get; }

    /// <summary>The effective value of DS.</summary>
    public bool Lpa2 { get; }

    public int OutputBits { get; }

    /// <summary>HA.</summary>
    public bool HardwareAccessFlag { get; }

    /// <summary>HD, which only works together with HA.</summary>
    public bool HardwareDirtyState { get; }

    /// <summary>TCR2.HAFT, which only works together with HA.</summary>
    public bool HardwareTableAccessFlag { get; }

    public bool HierarchicalPermissions { get; }

    /// <summary>TCR2.PIE.</summary>
    public bool PermissionIndirection { get; }

    /// <summary>TCR2.POE.</summary>
    public bool PrivilegedOverlay { get; }

    /// <summary>TCR2.E0POE.</summary>
    public bool UnprivilegedOverlay { get; }

    /// <summary>TCR2.AIE.</summary>
    public bool AttributeIndexExtension { get; }

    /// <summary>TCR2.D128.</summary>
    public bool Uses128BitDescriptors { get; }

    /// <summary>TxSZ is outside of what the granule and the features allow.</summary>
    public bool SizeOutOfRange { get; }

    public LongDescriptorTables Tables(bool nested) => new()
    {
        Base = Bits.InPlace(_ttbr, 47, 1) | (_hasWideBase ? (ulong)Bits.Field(_ttbr, 5, 2) << 48 : 0),
        HasWideBase = _hasWideBase,
        InputBits = InputBits,
        GranuleBits = GranuleBits,
        OutputBits = OutputBits,
        Lpa2 = Lpa2,
        Lpa = GranuleBits == 16 && _physicalAddressBits >= 52,
        BigEndian = _bigEndian,
        HardwareTableAccessFlag = HardwareTableAccessFlag,
        IsNested = nested,
    };

    // TCR.TG0 and TG1 encode the same sizes differently. 0 stands for the reserved encoding.
    private static int GranuleFromTG0(int tg0) => tg0 switch
    {
        0b00 => 12,
        0b01 => 16,
        0b10 => 14,
        _ => 0,
    };

    private static int GranuleFromTG1(int tg1) => tg1 switch
    {
        0b01 => 14,
        0b10 => 12,
        0b11 => 16,
        _ => 0,
    };

    // A reserved or unimplemented granule behaves as an IMPLEMENTATION DEFINED one of those that are implemented: here the
    // smallest.
    private static int Implemented(int granule, Stage1Capabilities cpu)
    {
        bool has4K = !cpu.Has(Stage1Features.NoGranule4K);
        bool has16K = !cpu.Has(Stage1Features.NoGranule16K);
        bool has64K = !cpu.Has(Stage1Features.NoGranule64K);
        if ((granule == 12 && has4K) || (granule == 14 && has16K) || (granule == 16 && has64K))
        {
            return granule;
        }

        return has4K ? 12 : has16K ? 14 : 16;
    }
}
