namespace Arm64MmioDecode.SystemRegisters;

/// <summary>
/// A system register of EL1 or EL2 by its encoding in MRS and MSR: op0 in bits 15:14, op1 in 13:11, CRn in 10:7, CRm in 6:3 and op2 in
/// 2:0. Hypervisor interfaces number them the same way: it is Hypervisor.framework's <c>HV_SYS_REG_…</c>, and bits 15:0 of the
/// <c>KVM_REG_ARM64_SYSREG</c> ids of Linux. To a guest whose EL1 is AArch32 a register has the AArch32 name behind the semicolon.
/// </summary>
public enum SystemRegisterId : ushort
{
    /// <summary>No register.</summary>
    None = 0,

    /// <summary>ID_MMFR4_EL1: S3_0_C0_C2_6.</summary>
    IdMmfr4El1 = 0xC016,

    /// <summary>ID_AA64PFR0_EL1: S3_0_C0_C4_0.</summary>
    IdAa64Pfr0El1 = 0xC020,

    /// <summary>ID_AA64PFR1_EL1: S3_0_C0_C4_1.</summary>
    IdAa64Pfr1El1 = 0xC021,

    /// <summary>ID_AA64DFR1_EL1: S3_0_C0_C5_1.</summary>
    IdAa64Dfr1El1 = 0xC029,

    /// <summary>ID_AA64DFR2_EL1: S3_0_C0_C5_2.</summary>
    IdAa64Dfr2El1 = 0xC02A,

    /// <summary>ID_AA64ISAR0_EL1: S3_0_C0_C6_0.</summary>
    IdAa64Isar0El1 = 0xC030,

    /// <summary>ID_AA64ISAR1_EL1: S3_0_C0_C6_1.</summary>
    IdAa64Isar1El1 = 0xC031,

    /// <summary>ID_AA64ISAR2_EL1: S3_0_C0_C6_2.</summary>
    IdAa64Isar2El1 = 0xC032,

    /// <summary>ID_AA64MMFR0_EL1: S3_0_C0_C7_0.</summary>
    IdAa64Mmfr0El1 = 0xC038,

    /// <summary>ID_AA64MMFR1_EL1: S3_0_C0_C7_1.</summary>
    IdAa64Mmfr1El1 = 0xC039,

    /// <summary>ID_AA64MMFR2_EL1: S3_0_C0_C7_2.</summary>
    IdAa64Mmfr2El1 = 0xC03A,

    /// <summary>ID_AA64MMFR3_EL1: S3_0_C0_C7_3.</summary>
    IdAa64Mmfr3El1 = 0xC03B,

    /// <summary>SCTLR_EL1; SCTLR: S3_0_C1_C0_0.</summary>
    SctlrEl1 = 0xC080,

    /// <summary>SCTLR2_EL1 (FEAT_SCTLR2): S3_0_C1_C0_3.</summary>
    Sctlr2El1 = 0xC083,

    /// <summary>TTBR0_EL1; TTBR0: S3_0_C2_C0_0.</summary>
    Ttbr0El1 = 0xC100,

    /// <summary>TTBR1_EL1; TTBR1: S3_0_C2_C0_1.</summary>
    Ttbr1El1 = 0xC101,

    /// <summary>TCR_EL1; TTBCR, and TTBCR2 in bits 63:32: S3_0_C2_C0_2.</summary>
    TcrEl1 = 0xC102,

    /// <summary>TCR2_EL1 (FEAT_TCR2): S3_0_C2_C0_3.</summary>
    Tcr2El1 = 0xC103,

    /// <summary>GCSCR_EL1 (FEAT_GCS): S3_0_C2_C5_0.</summary>
    GcscrEl1 = 0xC128,

    /// <summary>SPSR_EL1; SPSR_svc: S3_0_C4_C0_0.</summary>
    SpsrEl1 = 0xC200,

    /// <summary>ELR_EL1: S3_0_C4_C0_1.</summary>
    ElrEl1 = 0xC201,

    /// <summary>SP_EL0: S3_0_C4_C1_0.</summary>
    SpEl0 = 0xC208,

    /// <summary>ESR_EL1; DFSR: S3_0_C5_C2_0.</summary>
    EsrEl1 = 0xC290,

    /// <summary>FAR_EL1; DFAR in bits 31:0 and IFAR in bits 63:32: S3_0_C6_C0_0.</summary>
    FarEl1 = 0xC300,

    /// <summary>MAIR_EL1; PRRR or MAIR0 in bits 31:0, NMRR or MAIR1 in bits 63:32: S3_0_C10_C2_0.</summary>
    MairEl1 = 0xC510,

    /// <summary>MAIR2_EL1 (FEAT_AIE): S3_0_C10_C2_1.</summary>
    Mair2El1 = 0xC511,

    /// <summary>PIRE0_EL1 (FEAT_S1PIE): S3_0_C10_C2_2.</summary>
    Pire0El1 = 0xC512,

    /// <summary>PIR_EL1 (FEAT_S1PIE): S3_0_C10_C2_3.</summary>
    PirEl1 = 0xC513,

    /// <summary>POR_EL1 (FEAT_S1POE): S3_0_C10_C2_4.</summary>
    PorEl1 = 0xC514,

    /// <summary>S2POR_EL1 (FEAT_S2POE): S3_0_C10_C2_5.</summary>
    S2porEl1 = 0xC515,

    /// <summary>VBAR_EL1; VBAR: S3_0_C12_C0_0.</summary>
    VbarEl1 = 0xC600,

    /// <summary>RCWSMASK_EL1 (FEAT_THE): S3_0_C13_C0_3.</summary>
    RcwSMaskEl1 = 0xC683,

    /// <summary>ACCDATA_EL1 (FEAT_LS64_ACCDATA): S3_0_C13_C0_5.</summary>
    AccdataEl1 = 0xC685,

    /// <summary>RCWMASK_EL1 (FEAT_THE): S3_0_C13_C0_6.</summary>
    RcwMaskEl1 = 0xC686,

    /// <summary>FPCR: S3_3_C4_C4_0.</summary>
    Fpcr = 0xDA20,

    /// <summary>POR_EL0 (FEAT_S1POE): S3_3_C10_C2_4.</summary>
    PorEl0 = 0xDD14,

    /// <summary>SCTLR_EL2: S3_4_C1_C0_0.</summary>
    SctlrEl2 = 0xE080,

    /// <summary>SCTLR2_EL2 (FEAT_SCTLR2): S3_4_C1_C0_3.</summary>
    Sctlr2El2 = 0xE083,

    /// <summary>HCR_EL2: S3_4_C1_C1_0.</summary>
    HcrEl2 = 0xE088,

    /// <summary>HCRX_EL2 (FEAT_HCX): S3_4_C1_C2_2.</summary>
    HcrxEl2 = 0xE092,

    /// <summary>TTBR0_EL2: S3_4_C2_C0_0.</summary>
    Ttbr0El2 = 0xE100,

    /// <summary>TTBR1_EL2: S3_4_C2_C0_1.</summary>
    Ttbr1El2 = 0xE101,

    /// <summary>TCR_EL2: S3_4_C2_C0_2.</summary>
    TcrEl2 = 0xE102,

    /// <summary>TCR2_EL2 (FEAT_TCR2): S3_4_C2_C0_3.</summary>
    Tcr2El2 = 0xE103,

    /// <summary>VTTBR_EL2: S3_4_C2_C1_0.</summary>
    VttbrEl2 = 0xE108,

    /// <summary>VTCR_EL2: S3_4_C2_C1_2.</summary>
    VtcrEl2 = 0xE10A,

    /// <summary>GCSCR_EL2 (FEAT_GCS): S3_4_C2_C5_0.</summary>
    GcscrEl2 = 0xE128,

    /// <summary>DACR32_EL2; DACR: S3_4_C3_C0_0.</summary>
    Dacr32El2 = 0xE180,

    /// <summary>SPSR_EL2: S3_4_C4_C0_0.</summary>
    SpsrEl2 = 0xE200,

    /// <summary>ELR_EL2: S3_4_C4_C0_1.</summary>
    ElrEl2 = 0xE201,

    /// <summary>SP_EL1: S3_4_C4_C1_0.</summary>
    SpEl1 = 0xE208,

    /// <summary>SPSR_irq: S3_4_C4_C3_0.</summary>
    SpsrIrq = 0xE218,

    /// <summary>SPSR_abt: S3_4_C4_C3_1.</summary>
    SpsrAbt = 0xE219,

    /// <summary>SPSR_und: S3_4_C4_C3_2.</summary>
    SpsrUnd = 0xE21A,

    /// <summary>SPSR_fiq: S3_4_C4_C3_3.</summary>
    SpsrFiq = 0xE21B,

    /// <summary>ESR_EL2: S3_4_C5_C2_0.</summary>
    EsrEl2 = 0xE290,

    /// <summary>FAR_EL2: S3_4_C6_C0_0.</summary>
    FarEl2 = 0xE300,

    /// <summary>MAIR2_EL2 (FEAT_AIE): S3_4_C10_C1_1.</summary>
    Mair2El2 = 0xE509,

    /// <summary>MAIR_EL2: S3_4_C10_C2_0.</summary>
    MairEl2 = 0xE510,

    /// <summary>PIRE0_EL2 (FEAT_S1PIE): S3_4_C10_C2_2.</summary>
    Pire0El2 = 0xE512,

    /// <summary>PIR_EL2 (FEAT_S1PIE): S3_4_C10_C2_3.</summary>
    PirEl2 = 0xE513,

    /// <summary>POR_EL2 (FEAT_S1POE): S3_4_C10_C2_4.</summary>
    PorEl2 = 0xE514,

    /// <summary>S2PIR_EL2 (FEAT_S2PIE): S3_4_C10_C2_5.</summary>
    S2pirEl2 = 0xE515,

    /// <summary>VBAR_EL2: S3_4_C12_C0_0.</summary>
    VbarEl2 = 0xE600,

    /// <summary>SP_EL2: S3_6_C4_C1_0.</summary>
    SpEl2 = 0xF208,
}
