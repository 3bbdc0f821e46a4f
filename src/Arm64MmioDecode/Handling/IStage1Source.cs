using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Reads the registers that control stage 1 of a vCPU's current translation regime: EL1&amp;0, or EL2 or EL2&amp;0 for a guest that is
/// a hypervisor itself. The handler asks when it needs them, and at most once for each exit.
/// </summary>
public interface IStage1Source
{
    /// <summary>Reads all of them.</summary>
    /// <returns>The registers.</returns>
    public Stage1Registers ReadRegisters();

    /// <summary>
    /// Reads SCTLR_ELx of the regime alone: for an exit whose syndrome is valid the handler needs only the byte order of data (EE and
    /// E0E). A hypervisor whose guests are little-endian may return 0.
    /// </summary>
    /// <returns>SCTLR_ELx.</returns>
    public ulong ReadSctlr();
}
