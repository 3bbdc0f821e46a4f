using System;

namespace Arm64MmioDecode.Translation;

/// <summary>The fields of VTCR_EL2 and VTTBR_EL2, with the fields of absent features read as 0.</summary>
internal readonly struct Stage2Parameters
{
    private const int SmallestIpaOfAArch32 = 40;

    private readonly bool _hasWideBase;
    private readonly int _physicalAddressBits;

    public Stage2Parameters(in Stage1Registers registers)
    {
        Stage1Capabilities cpu = registers.Capabilities;
        ulong vtcr = registers.OwnStage2.Vtcr;
        int granule = Bits.Field(vtcr, 15, 14) switch
        {
            0b00 => 12,
            0b01 => 16,
            0b10 => 14,
            _ => 0,
        };
        GranuleBits = Implemented(granule, cpu);
        bool ds = Bits.Bit(vtcr, 32)
            && ((GranuleBits == 12 && cpu.Has(Stage1Features.Stage2Lpa2Granule4K)) || (GranuleBits == 14 && cpu.Has(Stage1Features.Stage2Lpa2Granule16K)));
        Lpa2 = ds;
        Sh = Bits.Field(vtcr, 13, 12);
        HardwareAccessFlag = Bits.Bit(vtcr, 21) && cpu.Has(Stage1Features.HardwareAccessFlag);
        HardwareDirtyState = HardwareAccessFlag && Bits.Bit(vtcr, 22) && cpu.Has(Stage1Features.HardwareDirtyState);
        HardwareTableAccessFlag = HardwareAccessFlag && Bits.Bit(vtcr, 44) && cpu.Has(Stage1Features.HardwareTableAccessFlag);
        PermissionIndirection = Bits.Bit(vtcr, 36) && cpu.Has(Stage1Features.Stage2PermissionIndirection);
        PermissionOverlay = PermissionIndirection && Bits.Bit(vtcr, 37) && cpu.Has(Stage1Features.Stage2PermissionOverlay);

        int configured = Bits.Field(vtcr, 18, 16) switch
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
        int limit = GranuleBits == 16 || ds ? _physicalAddressBits : Math.Min(_physicalAddressBits, 48);
        OutputBits = Math.Min(configured, limit);
        _hasWideBase = ds || (GranuleBits == 16 && configured == 52 && _physicalAddressBits == 52);

        // T0SZ: beyond a limit a level 0 Translation fault, as in stage 1. An AArch32 EL1 has IPAs of 40 bits whatever the processor has.
        int t0sz = Bits.Field(vtcr, 5, 0);
        InputBits = 64 - t0sz;
        int smallest = 64 - limit;
        if (registers.Regime == Stage1Regime.AArch32EL10)
        {
            smallest = Math.Min(smallest, 64 - SmallestIpaOfAArch32);
        }

        int largest = !cpu.Has(Stage1Features.SmallTables) ? 39 : GranuleBits == 16 ? 47 : 48;
        bool isInvalid = t0sz < smallest || t0sz > largest;

        // SL0 and SL2 name the level; which of them exist depends on the granule and on the physical address size
        // (AArch64.S2InvalidSL), and up to 16 tables side by side must make up the input size (AArch64.S2InconsistentSL).
        int sl0 = Bits.Field(vtcr, 7, 6);
        int sl = GranuleBits == 12 && ds ? (Bits.Field(vtcr, 33, 33) << 2) | sl0 : sl0;
        InitialLevel = (GranuleBits, sl) switch
        {
            (12, 0b000) => 2,
            (12, 0b001) => 1,
            (12, 0b010) => 0,
            (12, 0b011) => 3,
            (12, 0b100) => -1,
            (14 or 16, 0b00) => 3,
            (14 or 16, 0b01) => 2,
            (14 or 16, 0b10) => 1,
            (14, 0b11) => 0,
            _ => NoLevel,
        };
        isInvalid |= (GranuleBits, sl) switch
        {
            (12, 0b010) => _physicalAddressBits < 44,
            (12, 0b011) => !cpu.Has(Stage1Features.SmallTables),
            (14, 0b11) => !ds,
            (14, 0b10) => _physicalAddressBits < 42,
            (16, 0b10) => _physicalAddressBits < 44,
            _ => InitialLevel == NoLevel,
        };
        int stride = GranuleBits - 3;
        int fewest = ((3 - InitialLevel) * stride) + GranuleBits + 1;
        int most = fewest + (stride - 1) + 4;
        IsInvalid = isInvalid || InputBits < fewest || InputBits > most;
    }

    private const int NoLevel = 4;

    public int GranuleBits { get; }

    public int InputBits { get; }

    public int InitialLevel { get; }

    public int OutputBits { get; }

    /// <summary>The effective value of DS.</summary>
    public bool Lpa2 { get; }

    /// <summary>VTCR_EL2.SH0, which stands for a descriptor's SH field with <see cref="Lpa2"/>.</summary>
    public int Sh { get; }

    public bool HardwareAccessFlag { get; }

    public bool HardwareDirtyState { get; }

    public bool HardwareTableAccessFlag { get; }

    /// <summary>S2PIE.</summary>
    public bool PermissionIndirection { get; }

    /// <summary>S2POE.</summary>
    public bool PermissionOverlay { get; }

    /// <summary>Size and initial level do not go together: every address is a Translation fault.</summary>
    public bool IsInvalid { get; }

    /// <summary>SCTLR_EL2.EE.</summary>
    public static bool BigEndian(in Stage1Registers registers) => Bits.Bit(registers.OwnStage2.Sctlr, 25);

    public readonly LongDescriptorTables Tables(in Stage1Registers registers)
    {
        ulong vttbr = registers.OwnStage2.Vttbr;
        return new LongDescriptorTables
        {
            Base = Bits.InPlace(vttbr, 47, 1) | (_hasWideBase ? (ulong)Bits.Field(vttbr, 5, 2) << 48 : 0),
            HasWideBase = _hasWideBase,
            InputBits = InputBits,
            InitialLevel = InitialLevel,
            GranuleBits = GranuleBits,
            OutputBits = OutputBits,
            Lpa2 = Lpa2,
            Lpa = GranuleBits == 16 && _physicalAddressBits >= 52,
            BigEndian = BigEndian(registers),
            HardwareTableAccessFlag = HardwareTableAccessFlag,
            IsStage2 = true,
        };
    }

    private static int Implemented(int granule, Stage1Capabilities cpu)
    {
        bool has4K = !cpu.Has(Stage1Features.NoStage2Granule4K);
        bool has16K = !cpu.Has(Stage1Features.NoStage2Granule16K);
        bool has64K = !cpu.Has(Stage1Features.NoStage2Granule64K);
        return (granule == 12 && has4K) || (granule == 14 && has16K) || (granule == 16 && has64K) ? granule
            : has4K ? 12
            : has16K ? 14
            : 16;
    }
}
