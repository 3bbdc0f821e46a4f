using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Reads the registers that control translation in a vCPU's current regime: EL1&amp;0, or EL2 or EL2&amp;0 for a guest that is a
/// hypervisor itself (<see cref="Stage1Registers.RegimeOf"/>), for whose guests stage 2 belongs to it. docs/translation.md has a
/// table of all of them. One that matters and cannot be read makes the whole <see cref="Stage1Registers.IsIncomplete"/>; it is not to
/// be left 0, which would mean that the guest does not use it. The handler asks when it needs them, for each address that it translates: an implementation for which
/// reading is expensive keeps what it has read until the vCPU runs again.
/// </summary>
public interface IStage1Source
{
    /// <summary>Reads the registers that translate an address.</summary>
    /// <param name="virtualAddress">
    /// The address. Registers that take no part may be left 0, such as the TTBR of the other half of the address space, or, while
    /// translation is off, all but SCTLR, and TCR for an address with a tag.
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
