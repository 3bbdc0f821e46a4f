namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// What a data abort is about. Only <see cref="InstructionAccess"/> can be answered by emulating the
/// instruction at PC; every other value is a reason not to.
/// </summary>
public enum DataAbortClass : byte
{
    /// <summary>The exception class is not a Data Abort.</summary>
    NotDataAbort = 0,

    /// <summary>
    /// A translation, access flag or permission fault of an access that the instruction makes for itself:
    /// the one a hypervisor emulates.
    /// </summary>
    InstructionAccess,

    /// <summary>
    /// S1PTW = 1: the guest's page tables lie in memory that stage 2 does not map (or not writable). The IPA is that
    /// of the translation table, not of the instruction's operand.
    /// </summary>
    TranslationTableWalk,

    /// <summary>CM = 1: a cache maintenance or address translation instruction. It transfers no data.</summary>
    CacheMaintenance,

    /// <summary>ISS2.GCS = 1: an access to the Guarded Control Stack, usually by a call or return.</summary>
    GuardedControlStack,

    /// <summary>VNCR = 1: a register access of a guest hypervisor that FEAT_NV2 turned into an access to memory.</summary>
    NestedVirtualization,

    /// <summary>A synchronous External abort, or a parity or ECC error: the memory system failed, the mapping is fine.</summary>
    ExternalAbort,

    /// <summary>A synchronous External abort, parity or ECC error on a translation table walk.</summary>
    ExternalAbortOnWalk,

    /// <summary>
    /// Alignment fault: the instruction always requires alignment, or the memory type that stage 1, or stage 2, gives
    /// the address does. Nothing that a mapping cures, so it belongs to the guest.
    /// </summary>
    Alignment,

    /// <summary>Tag Check Fault: pointer and memory carry different Allocation Tags.</summary>
    TagCheck,

    /// <summary>DFSC 0x35: an exclusive, atomic or 64-byte access that the memory does not support.</summary>
    UnsupportedExclusiveOrAtomic,

    /// <summary>DFSC 0x31: the hardware could not update a translation table atomically.</summary>
    UnsupportedAtomicHardwareUpdate,

    /// <summary>ISS2.HDBSSF = 1: the hypervisor's dirty state tracking structure is full or faulted.</summary>
    DirtyStateTracking,

    /// <summary>Address size fault: at stage 2, an address in the hypervisor's own tables exceeds the configured size.</summary>
    AddressSize,

    /// <summary>Granule Protection Fault (FEAT_RME).</summary>
    GranuleProtection,

    /// <summary>TLB conflict abort.</summary>
    TlbConflict,

    /// <summary>IMPLEMENTATION DEFINED Lockdown fault.</summary>
    Lockdown,

    /// <summary>A domain fault, debug exception, or asynchronous SError: not a stage 2 fault of an access.</summary>
    Other,

    /// <summary>The fault status code is reserved.</summary>
    Reserved,

    /// <summary>
    /// The translation of whoever made the access, its stage 1, refused it, and the abort went to its own Exception level or from
    /// EL0 to EL1: EC 0x25 (in ESR_EL1 of a guest's kernel, in ESR_EL2 of the hypervisor itself), and all of ESR_EL1. Not an exit
    /// of a guest (<see cref="DataAbortSyndrome.IsGuestExit"/>): there is nothing to emulate.
    /// </summary>
    Stage1Translation,
}
