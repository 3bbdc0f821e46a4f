namespace Arm64MmioDecode.Emulation;

/// <summary>
/// What the Guarded Control Stack operations (FEAT_GCS) use of the current Exception level. Registers of a vCPU that implement
/// this interface beside <see cref="IGuestRegisters"/> have them emulated; otherwise <see cref="UnsupportedPolicy"/> decides.
/// </summary>
public interface IGuardedControlStackRegisters
{
    /// <summary>GCSPR_ELx: the Guarded Control Stack pointer, a multiple of 8 (bits 2:0 are RES0).</summary>
    public ulong Gcspr { get; set; }

    /// <summary>
    /// GCSCR_ELx; GCSCRE0_EL1 at EL0. GCSPOPCX takes EXLOCKEN from it. That GCSPUSHM and GCSSTR are enabled, the processor has
    /// checked before it accessed memory.
    /// </summary>
    public ulong Gcscr { get; }

    /// <summary>ELR_ELx, which GCSPUSHX stores and GCSPOPCX compares; not asked for at EL0.</summary>
    public ulong Elr { get; }

    /// <summary>SPSR_ELx, which GCSPUSHX stores and GCSPOPCX compares; not asked for at EL0.</summary>
    public ulong Spsr { get; }
}
