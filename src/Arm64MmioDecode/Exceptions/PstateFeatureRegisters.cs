namespace Arm64MmioDecode.Exceptions;

/// <summary>Reads <see cref="PstateFeatures"/> from the ID registers of the processor that runs the vCPU.</summary>
public static class PstateFeatureRegisters
{
    /// <summary>Reads the extensions.</summary>
    /// <param name="idAA64Pfr1">ID_AA64PFR1_EL1: SSBS (bits 7:4), MTE (bits 11:8), NMI (bits 39:36).</param>
    /// <param name="idAA64Mmfr1">ID_AA64MMFR1_EL1: PAN (bits 23:20).</param>
    /// <param name="idAA64Dfr1">ID_AA64DFR1_EL1: EBEP (bits 51:48).</param>
    /// <param name="idAA64Dfr2">ID_AA64DFR2_EL1: SPE_EXC (bits 19:16), TRBE_EXC (bits 27:24).</param>
    public static PstateFeatures Read(ulong idAA64Pfr1, ulong idAA64Mmfr1, ulong idAA64Dfr1, ulong idAA64Dfr2) =>
        When(idAA64Mmfr1, 20, PstateFeatures.Pan)
        | When(idAA64Pfr1, 4, PstateFeatures.Ssbs)
        | When(idAA64Pfr1, 8, PstateFeatures.Mte)
        | When(idAA64Pfr1, 36, PstateFeatures.Nmi)
        | When(idAA64Dfr1, 48, PstateFeatures.PM)
        | When(idAA64Dfr2, 16, PstateFeatures.PM)
        | When(idAA64Dfr2, 24, PstateFeatures.PM);

    private static PstateFeatures When(ulong register, int field, PstateFeatures feature) =>
        ((register >> field) & 0xF) != 0 ? feature : PstateFeatures.None;
}
