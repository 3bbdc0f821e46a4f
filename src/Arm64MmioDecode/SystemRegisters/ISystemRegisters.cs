namespace Arm64MmioDecode.SystemRegisters;

/// <summary>
/// A vCPU's system registers, by encoding: what <see cref="VcpuSystemState"/> needs to translate addresses and to deliver exceptions.
/// Over Hypervisor.framework it is <c>hv_vcpu_get_sys_reg</c> and <c>hv_vcpu_set_sys_reg</c> with the same numbers.
/// </summary>
public interface ISystemRegisters
{
    /// <summary>Reads a register.</summary>
    /// <param name="id">The register.</param>
    /// <param name="value">Its value; 0 when it cannot be read.</param>
    /// <returns>
    /// Whether it could be read. An identification register that the interface does not show counts as 0, which is a processor without the
    /// features that it tells of; of another one that takes part the translation is not guessed.
    /// </returns>
    public bool TryRead(SystemRegisterId id, out ulong value);

    /// <summary>Writes a register. Only those that exception entry changes are written: ESR, FAR, ELR, SPSR, and in AArch32 SPSR_abt and SPSR_und.</summary>
    /// <param name="id">The register.</param>
    /// <param name="value">The value.</param>
    public void Write(SystemRegisterId id, ulong value);
}
