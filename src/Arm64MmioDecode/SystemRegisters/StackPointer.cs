namespace Arm64MmioDecode.SystemRegisters;

/// <summary>Which register SP is.</summary>
public static class StackPointer
{
    private const ulong NotRW = 1 << 4;
    private const ulong SPSel = 1;

    /// <summary>
    /// The register that the name SP, register 31 as a base, means in a state: SP_EL0 at EL0 and with PSTATE.SP = 0, and SP_ELx
    /// otherwise. What <see cref="Emulation.IGuestRegisters.Sp"/> reads and writes.
    /// </summary>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx.</param>
    /// <returns>
    /// SP_EL0, SP_EL1 or SP_EL2. AArch32 has none, as its stack pointers lie in X13 to X29: SP_EL0 then, which nothing asks for.
    /// </returns>
    public static SystemRegisterId Of(ulong pstate) => (pstate & (NotRW | SPSel)) != SPSel ? SystemRegisterId.SpEl0
        : ((pstate >> 2) & 3) switch
        {
            0 => SystemRegisterId.SpEl0,
            2 => SystemRegisterId.SpEl2,
            _ => SystemRegisterId.SpEl1,
        };
}
