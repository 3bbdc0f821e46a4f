namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The debug data transfer registers, which AArch32's LDC and STC move words to and from (Arm ARM, section G8.3).
/// Registers of a vCPU that implement this interface have them emulated; otherwise <see cref="UnsupportedPolicy"/> decides.
/// </summary>
public interface IDebugTransferRegisters
{
    /// <summary>DBGDTRRXint, which STC stores: the word that the debugger sent. Reading it here has no effect.</summary>
    public uint Received { get; }

    /// <summary>STC has stored <see cref="Received"/>: what reading DBGDTRRXint does, such as clearing RXfull, happens now.</summary>
    public void Acknowledge();

    /// <summary>Writes DBGDTRTXint, which LDC loads.</summary>
    /// <param name="value">The word for the debugger.</param>
    public void Transmit(uint value);
}
