using System;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// What the vCPU's identification registers say about stage 1 translation. The default value is Armv8.0-A with every
/// granule and 48-bit physical addresses.
/// </summary>
public readonly record struct Stage1Capabilities
{
    private readonly byte _physicalAddressBits;

    /// <summary>Creates a description from its parts.</summary>
    /// <param name="features">The optional features.</param>
    /// <param name="physicalAddressBits">The physical address size: 32, 36, 40, 42, 44, 48 or 52 (FEAT_LPA).</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="physicalAddressBits"/> is no size that the architecture has.</exception>
    public Stage1Capabilities(Stage1Features features, int physicalAddressBits)
    {
        if (physicalAddressBits is not (32 or 36 or 40 or 42 or 44 or 48 or 52))
        {
            throw new ArgumentOutOfRangeException(nameof(physicalAddressBits), physicalAddressBits, "A physical address has 32, 36, 40, 42, 44, 48 or 52 bits.");
        }

        Features = features;
        _physicalAddressBits = (byte)physicalAddressBits;
    }

    /// <summary>The optional features.</summary>
    public Stage1Features Features { get; }

    /// <summary>The physical address size in bits (ID_AA64MMFR0_EL1.PARange): 48 unless set.</summary>
    public int PhysicalAddressBits => _physicalAddressBits == 0 ? 48 : _physicalAddressBits;

    /// <summary>
    /// Reads the features from the vCPU's identification registers, as the guest sees them.
    /// </summary>
    /// <param name="idAa64Mmfr0">ID_AA64MMFR0_EL1: physical address size, granules, FEAT_LPA2.</param>
    /// <param name="idAa64Mmfr1">ID_AA64MMFR1_EL1: FEAT_HAFDBS, FEAT_HAFT, FEAT_HPDS, FEAT_PAN3, FEAT_XNX, FEAT_CMOW.</param>
    /// <param name="idAa64Mmfr2">ID_AA64MMFR2_EL1: FEAT_LVA, FEAT_TTST, FEAT_E0PD, FEAT_S2FWB.</param>
    /// <param name="idAa64Mmfr3">ID_AA64MMFR3_EL1: FEAT_S1PIE, FEAT_S1POE, FEAT_AIE, FEAT_D128, FEAT_S2PIE, FEAT_S2POE.</param>
    /// <param name="idAa64Pfr0">ID_AA64PFR0_EL1: FEAT_SVE, which brings TCR.NFDx.</param>
    /// <param name="idAa64Pfr1">ID_AA64PFR1_EL1: MTEX, which brings TCR.MTXx; FEAT_THE.</param>
    /// <param name="idMmfr4">ID_MMFR4_EL1: FEAT_AA32HPD. Leave 0 for a guest whose EL1 is AArch64.</param>
    /// <param name="idAa64Isar0">ID_AA64ISAR0_EL1: FEAT_TME, which brings TCR.NFDx.</param>
    /// <param name="idAa64Isar1">ID_AA64ISAR1_EL1: FEAT_PAuth, which brings TCR.TBIDx.</param>
    /// <param name="idAa64Isar2">ID_AA64ISAR2_EL1: FEAT_PACQARMA3, likewise.</param>
    /// <returns>The description. Reserved values of a field count as the nearest lower value that is defined.</returns>
    public static Stage1Capabilities FromIdRegisters(
        ulong idAa64Mmfr0,
        ulong idAa64Mmfr1,
        ulong idAa64Mmfr2,
        ulong idAa64Mmfr3 = 0,
        ulong idAa64Pfr0 = 0,
        ulong idAa64Pfr1 = 0,
        ulong idMmfr4 = 0,
        ulong idAa64Isar0 = 0,
        ulong idAa64Isar1 = 0,
        ulong idAa64Isar2 = 0)
    {
        var features = Stage1Features.None;

        int granule4K = Field(idAa64Mmfr0, 28);
        int granule16K = Field(idAa64Mmfr0, 20);
        Add(granule4K == 0xF, Stage1Features.NoGranule4K);
        Add(granule4K is >= 1 and < 8, Stage1Features.Lpa2Granule4K);
        Add(granule16K == 0, Stage1Features.NoGranule16K);
        Add(granule16K >= 2, Stage1Features.Lpa2Granule16K);
        Add(Field(idAa64Mmfr0, 24) == 0xF, Stage1Features.NoGranule64K);

        // TGran*_2: 0 is as in stage 1, 1 none, 2 implemented, 3 with FEAT_LPA2.
        int stage2Granule4K = Field(idAa64Mmfr0, 40);
        int stage2Granule16K = Field(idAa64Mmfr0, 32);
        int stage2Granule64K = Field(idAa64Mmfr0, 36);
        Add(stage2Granule4K == 1 || (stage2Granule4K == 0 && granule4K == 0xF), Stage1Features.NoStage2Granule4K);
        Add(stage2Granule4K >= 3 || (stage2Granule4K == 0 && granule4K is >= 1 and < 8), Stage1Features.Stage2Lpa2Granule4K);
        Add(stage2Granule16K == 1 || (stage2Granule16K == 0 && granule16K == 0), Stage1Features.NoStage2Granule16K);
        Add(stage2Granule16K >= 3 || (stage2Granule16K == 0 && granule16K >= 2), Stage1Features.Stage2Lpa2Granule16K);
        Add(stage2Granule64K == 1 || (stage2Granule64K == 0 && Field(idAa64Mmfr0, 24) == 0xF), Stage1Features.NoStage2Granule64K);

        Add(Field(idAa64Mmfr1, 0) >= 1, Stage1Features.HardwareAccessFlag);
        Add(Field(idAa64Mmfr1, 0) >= 2, Stage1Features.HardwareDirtyState);
        Add(Field(idAa64Mmfr1, 0) >= 3, Stage1Features.HardwareTableAccessFlag);
        Add(Field(idAa64Mmfr1, 28) >= 1, Stage1Features.Stage2ExecuteNeverByPrivilege);
        Add(Field(idAa64Mmfr1, 56) >= 1, Stage1Features.CacheMaintenanceNeedsWrite);
        Add(Field(idAa64Mmfr1, 12) >= 1, Stage1Features.HierarchicalPermissionDisables);
        Add(Field(idAa64Mmfr1, 20) >= 3, Stage1Features.EnhancedPan);

        Add(Field(idAa64Mmfr2, 16) >= 1, Stage1Features.LargeVirtualAddress);
        Add(Field(idAa64Mmfr2, 28) >= 1, Stage1Features.SmallTables);
        Add(Field(idAa64Mmfr2, 60) >= 1, Stage1Features.E0PD);

        Add(Field(idAa64Mmfr2, 40) >= 1, Stage1Features.Stage2ForcedWriteBack);

        Add(Field(idAa64Mmfr3, 12) >= 1, Stage1Features.Stage2PermissionIndirection);
        Add(Field(idAa64Mmfr3, 20) >= 1, Stage1Features.Stage2PermissionOverlay);
        Add(Field(idAa64Mmfr3, 8) >= 1, Stage1Features.PermissionIndirection);
        Add(Field(idAa64Mmfr3, 16) >= 1, Stage1Features.PermissionOverlay);
        Add(Field(idAa64Mmfr3, 24) >= 1, Stage1Features.AttributeIndexExtension);
        Add(Field(idAa64Mmfr3, 32) >= 1, Stage1Features.Descriptors128);

        Add(Field(idAa64Pfr0, 32) >= 1 || Field(idAa64Isar0, 24) >= 1, Stage1Features.NonFaultDisables);
        Add(Field(idAa64Isar1, 4) >= 1 || Field(idAa64Isar1, 8) >= 1 || Field(idAa64Isar2, 12) >= 1, Stage1Features.PointerAuthentication);
        Add(Field(idAa64Pfr1, 48) >= 1, Stage1Features.TranslationHardening);
        Add(Field(idAa64Pfr1, 52) >= 1, Stage1Features.ExtendedTagChecking);
        Add(Field(idMmfr4, 16) >= 1, Stage1Features.AArch32HierarchicalPermissionDisables);

        int physicalAddressBits = Field(idAa64Mmfr0, 0) switch
        {
            0 => 32,
            1 => 36,
            2 => 40,
            3 => 42,
            4 => 44,
            5 => 48,
            _ => 52,
        };

        return new Stage1Capabilities(features, physicalAddressBits);

        void Add(bool present, Stage1Features feature)
        {
            if (present)
            {
                features |= feature;
            }
        }

        static int Field(ulong register, int lowBit) => (int)(register >> lowBit) & 0xF;
    }

    internal bool Has(Stage1Features feature) => (Features & feature) != 0;

    /// <summary>The extensions and the size of physical addresses in a line.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"{Features}, {PhysicalAddressBits}-bit physical addresses");
}
