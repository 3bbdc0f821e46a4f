using System;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// The extensions that give PSTATE a bit which exception entry writes. Without the extension the bit is RES0 and the
/// control bit in SCTLR that would decide it may hold anything, so entry has to know.
/// </summary>
[Flags]
public enum PstateFeatures
{
    /// <summary>None of them: Armv8.0.</summary>
    None = 0,

    /// <summary>FEAT_PAN: PSTATE.PAN, by SCTLR_ELx.SPAN.</summary>
    Pan = 1 << 0,

    /// <summary>FEAT_SSBS: PSTATE.SSBS, by SCTLR_ELx.DSSBS.</summary>
    Ssbs = 1 << 1,

    /// <summary>FEAT_MTE: PSTATE.TCO becomes 1.</summary>
    Mte = 1 << 2,

    /// <summary>FEAT_NMI: PSTATE.ALLINT becomes the inverse of SCTLR_ELx.SPINTMASK.</summary>
    Nmi = 1 << 3,

    /// <summary>FEAT_EBEP, FEAT_SPE_EXC or FEAT_TRBE_EXC: PSTATE.PM becomes 1.</summary>
    PM = 1 << 4,
}
