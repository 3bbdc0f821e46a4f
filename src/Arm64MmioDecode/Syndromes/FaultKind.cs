namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// What a fault status code (DFSC, IFSC, DFSR.FS, DFSR.STATUS …) says went wrong, without the lookup level.
/// The names are those of the tables in Arm's descriptions of ESR_ELx, HSR, DFSR and IFSR.
/// </summary>
public enum FaultKind : byte
{
    /// <summary>The code is reserved in its format.</summary>
    Reserved = 0,

    /// <summary>Address size fault: an address has bits beyond the configured output size. Has a level.</summary>
    AddressSize,

    /// <summary>Translation fault: no valid mapping. Has a level. What an access to an unmapped device raises at stage 2.</summary>
    Translation,

    /// <summary>Access flag fault. Has a level.</summary>
    AccessFlag,

    /// <summary>Permission fault. Has a level.</summary>
    Permission,

    /// <summary>Domain fault. Has a level. AArch32 Short-descriptor format only.</summary>
    Domain,

    /// <summary>Synchronous External abort, not on a translation table walk.</summary>
    SynchronousExternalAbort,

    /// <summary>Synchronous External abort on a translation table walk or a hardware update of the tables. Has a level.</summary>
    SynchronousExternalAbortOnWalk,

    /// <summary>Synchronous Tag Check Fault (FEAT_MTE2). Not in the AArch32 formats.</summary>
    TagCheck,

    /// <summary>Synchronous parity or ECC error on a memory access, not on a translation table walk (without FEAT_RAS).</summary>
    Parity,

    /// <summary>Synchronous parity or ECC error on a translation table walk (without FEAT_RAS). Has a level.</summary>
    ParityOnWalk,

    /// <summary>Alignment fault. In IFSR it is the PC alignment fault.</summary>
    Alignment,

    /// <summary>Granule Protection Fault, not on a translation table walk (FEAT_RME).</summary>
    GranuleProtection,

    /// <summary>Granule Protection Fault on a translation table walk or a hardware update of the tables (FEAT_RME). Has a level.</summary>
    GranuleProtectionOnWalk,

    /// <summary>TLB conflict abort.</summary>
    TlbConflict,

    /// <summary>Unsupported atomic hardware update fault (FEAT_HAFDBS): the tables lie in memory that takes no atomic update.</summary>
    UnsupportedAtomicHardwareUpdate,

    /// <summary>IMPLEMENTATION DEFINED fault: Lockdown.</summary>
    Lockdown,

    /// <summary>
    /// IMPLEMENTATION DEFINED fault: Unsupported Exclusive or Atomic access (0x35). What exclusives, LSE atomics
    /// and 64-byte accesses usually raise on memory that does not support them, such as Device memory.
    /// </summary>
    UnsupportedExclusiveOrAtomic,

    /// <summary>Debug exception. AArch32 formats only.</summary>
    Debug,

    /// <summary>Fault on instruction cache maintenance. AArch32 Short-descriptor DFSR only.</summary>
    InstructionCacheMaintenance,

    /// <summary>Asynchronous SError exception. AArch32 formats only.</summary>
    SError,

    /// <summary>Asynchronous SError exception from a parity or ECC error. AArch32 formats only.</summary>
    SErrorParity,
}
