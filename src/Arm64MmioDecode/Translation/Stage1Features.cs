using System;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// The optional features of the vCPU that change translation. The value 0 is plain Armv8.0-A with every granule.
/// A register field of a feature that is not listed is ignored (RES0), as the architecture has it.
/// </summary>
[Flags]
public enum Stage1Features : ulong
{
    /// <summary>Armv8.0-A with the 4KB, 16KB and 64KB granules.</summary>
    None = 0,

    /// <summary>The 4KB granule is not implemented (ID_AA64MMFR0_EL1.TGran4 is 0b1111).</summary>
    NoGranule4K = 1 << 0,

    /// <summary>The 16KB granule is not implemented (ID_AA64MMFR0_EL1.TGran16 is 0b0000).</summary>
    NoGranule16K = 1 << 1,

    /// <summary>The 64KB granule is not implemented (ID_AA64MMFR0_EL1.TGran64 is 0b1111).</summary>
    NoGranule64K = 1 << 2,

    /// <summary>FEAT_LVA: 52-bit virtual addresses with the 64KB granule.</summary>
    LargeVirtualAddress = 1 << 3,

    /// <summary>FEAT_LPA2 with the 4KB granule: TCR.DS selects 52-bit addresses.</summary>
    Lpa2Granule4K = 1 << 4,

    /// <summary>FEAT_LPA2 with the 16KB granule: TCR.DS selects 52-bit addresses.</summary>
    Lpa2Granule16K = 1 << 5,

    /// <summary>FEAT_TTST: TCR.TxSZ up to 48 (47 with the 64KB granule).</summary>
    SmallTables = 1 << 6,

    /// <summary>FEAT_HPDS: TCR.HPDx disables hierarchical permissions (AArch64).</summary>
    HierarchicalPermissionDisables = 1 << 7,

    /// <summary>FEAT_AA32HPD: TTBCR2.HPDx disables hierarchical permissions (AArch32, with TTBCR.T2E).</summary>
    AArch32HierarchicalPermissionDisables = 1 << 8,

    /// <summary>FEAT_HAFDBS: TCR.HA, hardware management of the Access flag.</summary>
    HardwareAccessFlag = 1 << 9,

    /// <summary>FEAT_HAFDBS: TCR.HD, hardware management of the dirty state.</summary>
    HardwareDirtyState = 1 << 10,

    /// <summary>FEAT_PAN3: SCTLR.EPAN.</summary>
    EnhancedPan = 1 << 11,

    /// <summary>FEAT_E0PD: TCR.E0PDx.</summary>
    E0PD = 1 << 12,

    /// <summary>FEAT_SVE or FEAT_TME: TCR.NFDx.</summary>
    NonFaultDisables = 1 << 13,

    /// <summary>FEAT_MTE_NO_ADDRESS_TAGS or FEAT_MTE_CANONICAL_TAGS: TCR.MTXx.</summary>
    ExtendedTagChecking = 1 << 14,

    /// <summary>FEAT_S1PIE: indirect permissions (TCR2.PIE, PIR, PIRE0).</summary>
    PermissionIndirection = 1 << 15,

    /// <summary>FEAT_S1POE: permission overlays (TCR2.POE, TCR2.E0POE, POR).</summary>
    PermissionOverlay = 1 << 16,

    /// <summary>FEAT_AIE: a fourth bit of AttrIndx (TCR2.AIE, MAIR2).</summary>
    AttributeIndexExtension = 1 << 17,

    /// <summary>FEAT_D128: 128-bit descriptors. The walker does not follow them: see <see cref="TranslationFaultKind.NotSupported"/>.</summary>
    Descriptors128 = 1 << 18,

    /// <summary>FEAT_HAFT: TCR2.HAFT and VTCR_EL2.HAFT, hardware management of the Access flag in Table descriptors.</summary>
    HardwareTableAccessFlag = 1 << 19,

    /// <summary>FEAT_PAuth, without which TCR.TBIDx does not exist.</summary>
    PointerAuthentication = 1 << 20,

    /// <summary>FEAT_CMOW: SCTLR.CMOW and HCRX_EL2.CMOW, with which cache maintenance may need permission to write.</summary>
    CacheMaintenanceNeedsWrite = 1 << 21,

    /// <summary>FEAT_THE. Of its stage 2 controls (VTCR_EL2.AssuredOnly, TL0, TL1) none is followed: see <see cref="TranslationFaultKind.NotSupported"/>.</summary>
    TranslationHardening = 1 << 22,

    /// <summary>Stage 2 has no 4KB granule (ID_AA64MMFR0_EL1.TGran4_2).</summary>
    NoStage2Granule4K = 1 << 23,

    /// <summary>Stage 2 has no 16KB granule (ID_AA64MMFR0_EL1.TGran16_2).</summary>
    NoStage2Granule16K = 1 << 24,

    /// <summary>Stage 2 has no 64KB granule (ID_AA64MMFR0_EL1.TGran64_2).</summary>
    NoStage2Granule64K = 1 << 25,

    /// <summary>FEAT_LPA2 with the 4KB granule in stage 2: VTCR_EL2.DS.</summary>
    Stage2Lpa2Granule4K = 1 << 26,

    /// <summary>FEAT_LPA2 with the 16KB granule in stage 2: VTCR_EL2.DS.</summary>
    Stage2Lpa2Granule16K = 1 << 27,

    /// <summary>FEAT_XNX: XN[1:0] of stage 2.</summary>
    Stage2ExecuteNeverByPrivilege = 1 << 28,

    /// <summary>FEAT_S2PIE: indirect permissions of stage 2 (VTCR_EL2.S2PIE, S2PIR_EL2).</summary>
    Stage2PermissionIndirection = 1 << 29,

    /// <summary>FEAT_S2POE: permission overlays of stage 2 (VTCR_EL2.S2POE, S2POR_EL1).</summary>
    Stage2PermissionOverlay = 1 << 30,

    /// <summary>FEAT_S2FWB: HCR_EL2.FWB.</summary>
    Stage2ForcedWriteBack = 1ul << 31,
}
