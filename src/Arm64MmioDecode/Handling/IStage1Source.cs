using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Reads the registers that control stage 1 of a vCPU's current translation regime: EL1&amp;0, or EL2 or EL2&amp;0 for a guest that is
/// a hypervisor itself. The handler asks when it needs them, for each address that it translates: an implementation for which
/// reading is expensive keeps what it has read until the vCPU runs again.
/// </summary>
public interface IStage1Source
{
    /// <summary>Reads the registers that translate an address.</summary>
    /// <param name="virtualAddress">
    /// The address. Registers that take no part may be left 0, such as the TTBR of the other half of the address space, or all but
    /// SCTLR while translation is off.
    /// </param>
    /// <returns>The registers.</returns>
    public Stage1Registers ReadRegisters(ulong virtualAddress);

    /// <summary>
    /// Reads SCTLR_ELx of the regime alone: for an exit whose syndrome is valid the handler needs only the byte order of data (EE and
    /// E0E). A hypervisor whose guests are little-endian may return 0.
    /// </summary>
    /// <returns>SCTLR_ELx.</returns>
    public ulong ReadSctlr();
}
