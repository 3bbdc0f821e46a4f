namespace Arm64MmioDecode.Emulation;

/// <summary>What to do with the 64-byte accesses of FEAT_LS64 (LD64B, ST64B, ST64BV, ST64BV0).</summary>
public enum SixtyFourBytePolicy : byte
{
    /// <summary>Raise the data abort "unsupported Exclusive or Atomic access", as for memory that does not support them.</summary>
    Fault = 0,

    /// <summary>Perform eight transactions of eight bytes (or more, on a narrower bus). The status of ST64BV is 0.</summary>
    Split,

    /// <summary>Perform one transaction of 64 bytes; needs an <see cref="IWideMmioBus"/> when the plan drives the bus.</summary>
    SingleTransaction,
}
