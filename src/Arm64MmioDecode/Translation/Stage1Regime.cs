namespace Arm64MmioDecode.Translation;

/// <summary>The translation regimes whose stage 1 this library walks (Arm ARM, "Translation regimes").</summary>
public enum Stage1Regime : byte
{
    /// <summary>EL1&amp;0 with EL1 using AArch64: two address ranges, VMSAv8-64 tables. What a guest normally runs in.</summary>
    EL10,

    /// <summary>EL2&amp;0 (HCR_EL2.E2H is 1), for a guest that is a hypervisor itself: two ranges, TCR_EL2 in the layout of TCR_EL1.</summary>
    EL20,

    /// <summary>EL2 (HCR_EL2.E2H is 0): one range, TCR_EL2 in its own layout, no unprivileged accesses.</summary>
    EL2,

    /// <summary>
    /// PL1&amp;0 (EL1&amp;0 with EL1 using AArch32): VMSAv8-32 tables, in the short-descriptor or, with TTBCR.EAE, the
    /// long-descriptor format.
    /// </summary>
    AArch32EL10,
}
