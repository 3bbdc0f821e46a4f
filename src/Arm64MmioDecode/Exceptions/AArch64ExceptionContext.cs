using System;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// What exception entry to an AArch64 Exception level depends on: the vCPU's state at the instruction and the
/// target level's control registers. Which level takes the exception is the caller's decision.
/// </summary>
public readonly record struct AArch64ExceptionContext
{
    /// <summary>The state of a vCPU and the two registers that always matter.</summary>
    /// <param name="targetLevel">The Exception level that takes the exception: 1 or 2.</param>
    /// <param name="pstate">PSTATE at the instruction, in SPSR_ELx layout (as SPSR_EL2 holds it at an exit).</param>
    /// <param name="pc">The address of the instruction.</param>
    /// <param name="vbar">VBAR_EL1 or VBAR_EL2, the target's vector base.</param>
    /// <param name="sctlr">SCTLR_EL1 or SCTLR_EL2, the target's system control register.</param>
    /// <exception cref="ArgumentException">
    /// The target is not 1 or 2 or is below the current level, PSTATE.M is reserved, or AArch32 code at the target
    /// level itself cannot take an exception to AArch64.
    /// </exception>
    public AArch64ExceptionContext(int targetLevel, ulong pstate, ulong pc, ulong vbar, ulong sctlr)
    {
        if (targetLevel is not (1 or 2))
        {
            throw new ArgumentException("The target is EL1 or EL2.", nameof(targetLevel));
        }

        var currentLevel = ProcessorState.RequireExceptionLevel(pstate, nameof(pstate));
        if (currentLevel > targetLevel)
        {
            throw new ArgumentException("An exception is never taken to a lower Exception level.", nameof(targetLevel));
        }

        if (currentLevel == targetLevel && (pstate & ProcessorState.NotRW) != 0)
        {
            throw new ArgumentException("The target level uses AArch32.", nameof(targetLevel));
        }

        TargetLevel = targetLevel;
        PState = pstate;
        Pc = pc;
        Vbar = vbar;
        Sctlr = sctlr;
    }

    /// <summary>The Exception level that takes the exception, 1 or 2.</summary>
    public int TargetLevel { get; }

    /// <summary>PSTATE at the instruction, in SPSR_ELx layout.</summary>
    public ulong PState { get; }

    /// <summary>The address of the instruction; the preferred return address of every fault here.</summary>
    public ulong Pc { get; }

    /// <summary>The target's VBAR_ELx. Bits 10:0 are ignored.</summary>
    public ulong Vbar { get; }

    /// <summary>The target's SCTLR_ELx. SPAN (bit 23), DSSBS (bit 44) and SPINTMASK (bit 62) are used.</summary>
    public ulong Sctlr { get; }

    /// <summary>
    /// The effective SCTLR2_ELx of the target, 0 when it is not implemented or not enabled: EASE (bit 5) sends
    /// synchronous External aborts to the SError vectors (FEAT_DoubleFault2).
    /// </summary>
    public ulong Sctlr2 { get; init; }

    /// <summary>
    /// HCR_EL2 as it applies to the vCPU, 0 for a guest without EL2 of its own: E2H and TGE (entry to a host's EL2), RW
    /// (whether EL1 below EL2 is AArch64), and NV, NV1, NV2 (SPSR_EL1 shows EL2).
    /// </summary>
    public ulong Hcr { get; init; }

    /// <summary>GCSCR_ELx.EXLOCKEN of the target (FEAT_GCS).</summary>
    public bool ExceptionLockEnabled { get; init; }

    /// <summary>The extensions that exception entry has to know of.</summary>
    public PstateFeatures Features { get; init; }

    /// <summary>The state in a line: "to EL1 from PSTATE 0x3c5, PC 0x80000".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"to EL{TargetLevel} from PSTATE 0x{PState:x}, PC 0x{Pc:x}, VBAR 0x{Vbar:x}, SCTLR 0x{Sctlr:x}, {Features}");
}
