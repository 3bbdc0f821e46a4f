namespace Arm64MmioDecode.Emulation;

/// <summary>
/// What to do with elements that are not aligned to their size. Exclusives, atomics, acquire and release and 64-byte
/// accesses always need alignment and raise an alignment fault without it.
/// </summary>
public enum UnalignedPolicy : byte
{
    /// <summary>Split the element into naturally aligned transactions, in ascending order, each as large as its address allows.</summary>
    Split = 0,

    /// <summary>Raise an alignment fault, as the architecture does for Device memory and for SCTLR_ELx.A = 1.</summary>
    Fault,

    /// <summary>Hand the element to the bus as it is, unless it is wider than the bus or crosses a 4 KiB boundary.</summary>
    Pass,
}
