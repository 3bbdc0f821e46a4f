namespace Arm64MmioDecode.Translation;

/// <summary>
/// The registers that control a guest's stage 1 translation, as read from the vCPU at the exit.
/// </summary>
/// <remarks>
/// The names are those of AArch64 without their <c>_ELx</c>: the registers are those of EL1 for <see cref="Stage1Regime.EL10"/>
/// and those of EL2 for the two regimes of EL2. For a guest whose EL1 is AArch32 the architecture maps every AArch32 register
/// onto the same AArch64 register, which is also where hypervisors' interfaces deliver it: TTBCR is Tcr[31:0] and TTBCR2 is
/// Tcr[63:32], PRRR or MAIR0 is Mair[31:0] and NMRR or MAIR1 is Mair[63:32], DACR is DACR32_EL2.
/// <see cref="AArch32"/> builds the value from the AArch32 names.
/// </remarks>
public readonly struct Stage1Registers
{
    /// <summary>The regime that the registers belong to.</summary>
    public Stage1Regime Regime { get; init; }

    /// <summary>What the vCPU implements.</summary>
    public Stage1Capabilities Capabilities { get; init; }

    /// <summary>SCTLR_ELx, or SCTLR: M, C, I, EE, WXN and EPAN; in AArch32 also AFE, TRE and UWXN.</summary>
    public ulong Sctlr { get; init; }

    /// <summary>TCR_ELx, or TTBCR with TTBCR2 in the upper half.</summary>
    public ulong Tcr { get; init; }

    /// <summary>TCR2_ELx (FEAT_TCR2): PIE, E0POE, POE, AIE, D128. 0 where it is not implemented or not enabled by HCRX_EL2.TCR2En.</summary>
    public ulong Tcr2 { get; init; }

    /// <summary>TTBR0_ELx, or TTBR0. The ASID is ignored.</summary>
    public ulong Ttbr0 { get; init; }

    /// <summary>TTBR1_ELx, or TTBR1. The ASID is ignored; unused in <see cref="Stage1Regime.EL2"/>.</summary>
    public ulong Ttbr1 { get; init; }

    /// <summary>MAIR_ELx; in AArch32 MAIR0 and MAIR1, or PRRR and NMRR, low word first.</summary>
    public ulong Mair { get; init; }

    /// <summary>MAIR2_ELx (FEAT_AIE).</summary>
    public ulong Mair2 { get; init; }

    /// <summary>PIR_ELx (FEAT_S1PIE): the privileged permissions by index.</summary>
    public ulong Pir { get; init; }

    /// <summary>PIRE0_ELx (FEAT_S1PIE): the unprivileged permissions by index.</summary>
    public ulong Pire0 { get; init; }

    /// <summary>POR_ELx (FEAT_S1POE): the privileged overlays by index.</summary>
    public ulong Por { get; init; }

    /// <summary>POR_EL0 (FEAT_S1POE): the unprivileged overlays by index.</summary>
    public ulong PorEl0 { get; init; }

    /// <summary>DACR (DACR32_EL2): the domains of AArch32 short descriptors.</summary>
    public uint Dacr { get; init; }

    /// <summary>
    /// HCR_EL2.DC, which the hypervisor sets: stage 1 of EL1&amp;0 is off whatever SCTLR.M says, and memory is Normal Write-Back.
    /// </summary>
    public bool DefaultCacheable { get; init; }

    /// <summary>The registers of a guest whose EL1 is AArch32, from their AArch32 names.</summary>
    /// <param name="capabilities">What the vCPU implements.</param>
    /// <param name="sctlr">SCTLR.</param>
    /// <param name="ttbcr">TTBCR: EAE selects the descriptor format.</param>
    /// <param name="ttbr0">TTBR0: 32 bits with short descriptors, 64 bits with long ones.</param>
    /// <param name="ttbr1">TTBR1, likewise.</param>
    /// <param name="prrrOrMair0">PRRR (short descriptors) or MAIR0 (long descriptors): they are one register.</param>
    /// <param name="nmrrOrMair1">NMRR (short descriptors) or MAIR1 (long descriptors).</param>
    /// <param name="dacr">DACR; unused with long descriptors.</param>
    /// <param name="ttbcr2">TTBCR2 (FEAT_AA32HPD).</param>
    /// <returns>The registers under their AArch64 names.</returns>
    public static Stage1Registers AArch32(
        Stage1Capabilities capabilities,
        uint sctlr,
        uint ttbcr,
        ulong ttbr0,
        ulong ttbr1,
        uint prrrOrMair0,
        uint nmrrOrMair1,
        uint dacr,
        uint ttbcr2 = 0) => new()
        {
            Regime = Stage1Regime.AArch32EL10,
            Capabilities = capabilities,
            Sctlr = sctlr,
            Tcr = ((ulong)ttbcr2 << 32) | ttbcr,
            Ttbr0 = ttbr0,
            Ttbr1 = ttbr1,
            Mair = ((ulong)nmrrOrMair1 << 32) | prrrOrMair0,
            Dacr = dacr,
        };
}
