namespace Arm64MmioDecode.Syndromes;

/// <summary>The table that a fault status code is read with.</summary>
public enum FaultStatusFormat : byte
{
    /// <summary>The 6-bit DFSC and IFSC of ESR_EL1, ESR_EL2 and ESR_EL3.</summary>
    AArch64 = 0,

    /// <summary>The 6-bit STATUS of DFSR and IFSR when TTBCR.EAE is 1, and the DFSC and IFSC of HSR.</summary>
    AArch32Long,

    /// <summary>The 5-bit FS (bits 10 and 3:0) of DFSR and IFSR when TTBCR.EAE is 0.</summary>
    AArch32Short,
}
