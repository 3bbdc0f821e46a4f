namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The registers of one vCPU. A plan asks only for those that an instruction uses, so that an implementation can fetch
/// them one at a time.
/// </summary>
public interface IGuestRegisters
{
    /// <summary>The address of the instruction.</summary>
    public ulong Pc { get; set; }

    /// <summary>
    /// The stack pointer of the current Exception level and PSTATE.SP: what register 31 means as a base.
    /// </summary>
    public ulong Sp { get; set; }

    /// <summary>
    /// PSTATE in the 64 bits and the layout of SPSR_ELx (PM, PPEND, EXLOCK, PACM … above bit 31); in AArch32 the CPSR. An exception return of
    /// AArch32 changes its mode.
    /// </summary>
    public ulong PState { get; set; }

    /// <summary>Reads a general-purpose register.</summary>
    /// <param name="number">
    /// 0 to 30; never 31. In AArch32 too: the registers of all modes lie in X0 to X30 (<see cref="Syndromes.AArch32RegisterView"/>),
    /// where an AArch64 hypervisor has them; the plan finds those of the current mode.
    /// </param>
    /// <returns>The 64-bit value; in AArch32 bits 63:32 are ignored.</returns>
    public ulong GetX(int number);

    /// <summary>Writes a general-purpose register.</summary>
    /// <param name="number">0 to 30; never 31. In AArch32 as for <see cref="GetX"/>.</param>
    /// <param name="value">All 64 bits; in AArch32 bits 63:32 are zero.</param>
    public void SetX(int number, ulong value);

    /// <summary>Reads a SIMD&amp;FP register.</summary>
    /// <param name="number">0 to 31. AArch32 D registers are halves: D0 is the low and D1 the high half of register 0.</param>
    /// <param name="low">Bits 63:0.</param>
    /// <param name="high">Bits 127:64.</param>
    public void GetV(int number, out ulong low, out ulong high);

    /// <summary>Writes a SIMD&amp;FP register. Where the vCPU has SVE, the bits above 127 of the SVE register become zero.</summary>
    /// <param name="number">0 to 31.</param>
    /// <param name="low">Bits 63:0.</param>
    /// <param name="high">Bits 127:64.</param>
    public void SetV(int number, ulong low, ulong high);

    /// <summary>Reads a system register that the behaviour of a few instructions depends on.</summary>
    /// <param name="name">The register.</param>
    /// <returns>Its value; 0 is the right answer for a register that the vCPU does not have.</returns>
    public ulong GetSystemRegister(SystemRegister name);
}
