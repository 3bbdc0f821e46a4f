using System;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// What exception entry to a PL1 mode of AArch32 depends on: the vCPU's state at the instruction and the control
/// registers of EL1 (of the Security state that the vCPU is in).
/// </summary>
public readonly record struct AArch32ExceptionContext
{
    /// <summary>The state of a vCPU whose EL1 uses AArch32.</summary>
    /// <param name="cpsr">
    /// The CPSR at the instruction, in SPSR_ELx layout as an AArch64 hypervisor holds it: DIT is bit 24, bit 21 is SS.
    /// Of an AArch32 CPSR image, move bit 21 (DIT) to bit 24 first.
    /// </param>
    /// <param name="pc">The address of the instruction, without the +8 or +4 that the instruction itself would read.</param>
    /// <param name="vbar">VBAR.</param>
    /// <param name="sctlr">SCTLR.</param>
    /// <param name="longDescriptors">TTBCR.EAE: which format DFSR and IFSR have.</param>
    /// <exception cref="ArgumentException">CPSR.M is not a mode of EL0 or EL1 in AArch32.</exception>
    public AArch32ExceptionContext(ulong cpsr, uint pc, uint vbar, uint sctlr, bool longDescriptors)
    {
        if ((cpsr & ProcessorState.NotRW) == 0 || ProcessorState.ExceptionLevel(cpsr) is not (0 or 1))
        {
            throw new ArgumentException("CPSR.M is not a mode of EL0 or EL1 in AArch32.", nameof(cpsr));
        }

        Cpsr = cpsr;
        Pc = pc;
        Vbar = vbar;
        Sctlr = sctlr;
        LongDescriptors = longDescriptors;
    }

    /// <summary>The CPSR at the instruction, in SPSR_ELx layout.</summary>
    public ulong Cpsr { get; }

    /// <summary>The address of the instruction.</summary>
    public uint Pc { get; }

    /// <summary>VBAR. Bits 4:0 are ignored, and all of it when SCTLR.V selects the high vectors.</summary>
    public uint Vbar { get; }

    /// <summary>SCTLR. V (bit 13), SPAN (bit 23), EE (bit 25), TE (bit 30) and DSSBS (bit 31) are used.</summary>
    public uint Sctlr { get; }

    /// <summary>TTBCR.EAE: DFSR and IFSR are in the Long-descriptor format.</summary>
    public bool LongDescriptors { get; }

    /// <summary>The extensions that exception entry has to know of; only PAN and SSBS exist in AArch32.</summary>
    public PstateFeatures Features { get; init; }

    /// <summary>The state in a line: "from CPSR 0x1d3, PC 0x8000".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"from CPSR 0x{Cpsr:x}, PC 0x{Pc:x}, VBAR 0x{Vbar:x}, SCTLR 0x{Sctlr:x}, {(LongDescriptors ? "long" : "short")} descriptors");
}
