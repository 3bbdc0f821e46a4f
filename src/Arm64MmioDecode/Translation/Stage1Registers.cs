using System.Globalization;
using System.Text;

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
public readonly record struct Stage1Registers
{
    /// <summary>The regime that the registers belong to.</summary>
    public Stage1Regime Regime { get; init; }

    /// <summary>What the vCPU implements.</summary>
    public Stage1Capabilities Capabilities { get; init; }

    /// <summary>SCTLR_ELx, or SCTLR: M, C, I, EE, WXN, EPAN and CMOW; in AArch32 also AFE, TRE and UWXN.</summary>
    public ulong Sctlr { get; init; }

    /// <summary>TCR_ELx, or TTBCR with TTBCR2 in the upper half.</summary>
    public ulong Tcr { get; init; }

    /// <summary>TCR2_ELx (FEAT_TCR2): PIE, E0POE, POE, AIE, D128, HAFT. 0 where it is not implemented or not enabled by HCRX_EL2.TCR2En.</summary>
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
    /// A register that takes part could not be read: every translation is <see cref="TranslationFaultKind.NotSupported"/>, rather than
    /// one by a guess.
    /// </summary>
    public bool IsIncomplete { get; init; }

    /// <summary>
    /// HCR_EL2 of a vCPU that has an EL2 of its own (a guest hypervisor, or a guest of it); 0 for any other. E2H and TGE make the
    /// regime; in <see cref="Stage1Regime.EL10"/> and <see cref="Stage1Regime.AArch32EL10"/> VM turns on the guest's own stage 2, of
    /// <see cref="Stage2"/>, DC and TGE turn stage 1 off, and PTW, FWB, CD, ID count in stage 2.
    /// </summary>
    public ulong Hcr { get; init; }

    /// <summary>The guest's own stage 2, which counts where <see cref="Hcr"/> turns it on.</summary>
    public Stage2Registers Stage2
    {
        get => OwnStage2;
        init => OwnStage2 = value;
    }

    // The same without a copy.
    internal readonly Stage2Registers OwnStage2;

    /// <summary>
    /// HCR_EL2.DC, which the hypervisor sets: stage 1 of EL1&amp;0 is off whatever SCTLR.M says, and memory is Normal Write-Back.
    /// </summary>
    public bool DefaultCacheable { get; init; }

    /// <summary>The regime that translates at an Exception level, of a vCPU that may have an EL2 of its own (Arm ARM, "Translation regimes").</summary>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx; in AArch32 the CPSR.</param>
    /// <param name="hcr">HCR_EL2 of the vCPU's own EL2; 0 when it has none.</param>
    /// <param name="isEL1AArch32">Whether EL1 uses AArch32. With an EL2 of its own, HCR_EL2.RW says so.</param>
    /// <returns>The regime. At EL0 with HCR_EL2.{E2H, TGE} = {1, 1} it is that of EL2.</returns>
    public static Stage1Regime RegimeOf(ulong pstate, ulong hcr, bool isEL1AArch32)
    {
        const ulong NotRW = 1 << 4;
        bool hostOfEL0 = (hcr & (HcrBits.E2H | HcrBits.TGE)) == (HcrBits.E2H | HcrBits.TGE);
        bool isAArch32 = (pstate & NotRW) != 0;
        int level = isAArch32 ? ((pstate & 0xF) == 0 ? 0 : 1) : Bits.Field(pstate, 3, 2);
        return level switch
        {
            2 => (hcr & HcrBits.E2H) != 0 ? Stage1Regime.EL20 : Stage1Regime.EL2,
            0 when hostOfEL0 => Stage1Regime.EL20,
            _ => isEL1AArch32 ? Stage1Regime.AArch32EL10 : Stage1Regime.EL10,
        };
    }

    /// <summary>
    /// Whether LDTR, STTR and their like have the permissions of the Exception level that they are executed at, rather than those of
    /// EL0: at EL2 unless HCR_EL2.{E2H, TGE} are {1, 1}, and where PSTATE.UAO says so (Arm ARM, AArch64.IsUnprivAccessPriv).
    /// </summary>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx; in AArch32 the CPSR.</param>
    /// <returns>Whether they are privileged; at EL0 never.</returns>
    public bool IsUnprivilegedAccessPrivileged(ulong pstate)
    {
        const ulong NotRW = 1 << 4;
        const ulong Uao = 1 << 23;
        if ((pstate & NotRW) != 0)
        {
            return false; // AArch32 has SSBS in the place of UAO, and LDRT is UNPREDICTABLE in Hyp mode.
        }

        int level = Bits.Field(pstate, 3, 2);
        return level != 0 && ((pstate & Uao) != 0 || (level == 2 && (Hcr & (HcrBits.E2H | HcrBits.TGE)) != (HcrBits.E2H | HcrBits.TGE)));
    }

    /// <summary>Whether the regime is that of EL1 and EL0, to which most of HCR_EL2 applies.</summary>
    internal bool IsEL10 => Regime is Stage1Regime.EL10 or Stage1Regime.AArch32EL10;

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

    /// <summary>The registers in a line, those that are 0 left out.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(Regime.ToString());
        (string Name, ulong Value)[] registers =
        [
            ("SCTLR", Sctlr), ("TCR", Tcr), ("TCR2", Tcr2), ("TTBR0", Ttbr0), ("TTBR1", Ttbr1), ("MAIR", Mair), ("MAIR2", Mair2),
            ("PIR", Pir), ("PIRE0", Pire0), ("POR", Por), ("POR_EL0", PorEl0), ("DACR", Dacr),
        ];
        foreach ((string name, ulong value) in registers)
        {
            if (value != 0)
            {
                text.Append(", ").Append(name).Append(" 0x").Append(value.ToString("x", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }
}
