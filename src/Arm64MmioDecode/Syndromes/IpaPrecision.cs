namespace Arm64MmioDecode.Syndromes;

/// <summary>How much of an intermediate physical address the fault registers tell.</summary>
public enum IpaPrecision : byte
{
    /// <summary>Nothing: HPFAR is UNKNOWN for this abort.</summary>
    None = 0,

    /// <summary>Bits 55:12 only.</summary>
    Page,

    /// <summary>The whole address.</summary>
    Byte,
}
