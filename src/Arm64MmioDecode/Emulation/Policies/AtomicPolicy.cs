namespace Arm64MmioDecode.Emulation;

/// <summary>
/// What to do with single-instruction atomics (FEAT_LSE, FEAT_LSE128, FEAT_LSFE, FEAT_THE and their relatives).
/// </summary>
public enum AtomicPolicy : byte
{
    /// <summary>Raise the data abort "unsupported Exclusive or Atomic access", as most processors do for Device memory.</summary>
    Fault = 0,

    /// <summary>Perform them as a read, then a write. The bus sees both; it is atomic only if nobody else uses the device in between.</summary>
    Perform,
}
