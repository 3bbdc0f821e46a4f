namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The algorithm that a processor chooses for memory copies and sets (FEAT_MOPS). It decides what the registers hold
/// between prologue, main part and epilogue, and software can tell from PSTATE.C. Choose the one of the processor that
/// runs the guest.
/// </summary>
public enum MemoryCopyOption : byte
{
    /// <summary>Option A: the address registers of a forward copy hold the end, the size register counts up to 0 (PSTATE.C = 0).</summary>
    A = 0,

    /// <summary>Option B: the address registers move, the size register counts down to 0 (PSTATE.C = 1).</summary>
    B,
}
