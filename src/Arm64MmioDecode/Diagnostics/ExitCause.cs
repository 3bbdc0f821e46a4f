namespace Arm64MmioDecode.Diagnostics;

/// <summary>What usually lies behind an exit: the answer to "why does my guest do this?".</summary>
public enum ExitCause : byte
{
    /// <summary>The instruction would tell, and it is not known.</summary>
    Unknown = 0,

    /// <summary>A driver's ordinary access, which the syndrome describes.</summary>
    PlainAccess,

    /// <summary>A driver's ordinary access, which the architecture describes and the processor or the hypervisor's interface does not.</summary>
    SyndromeWithheld,

    /// <summary>A driver's accesses that its compiler has merged into a pair, or combined with the step to the next address.</summary>
    MergedAccess,

    /// <summary>A copy, a fill or a comparison of many bytes, or vectorised code, that runs over a device.</summary>
    BulkAccess,

    /// <summary>A lock, a counter or another variable with exclusive or atomic accesses in the memory of a device.</summary>
    AtomicOnDevice,

    /// <summary>Allocation Tags (FEAT_MTE), which a device does not have.</summary>
    TagsOnDevice,

    /// <summary>The guest takes the address for RAM: its page tables map it as Normal Cacheable memory.</summary>
    MissingMemory,

    /// <summary>The guest maps the address as Normal Non-cacheable memory, as is done for framebuffers.</summary>
    DeviceBuffer,

    /// <summary>The stack pointer, or that of the Guarded Control Stack, points to a device or to nothing.</summary>
    StackOnDevice,

    /// <summary>The guest's page tables lie in a device, in a hole, or in memory that is read-only.</summary>
    PageTableOnDevice,

    /// <summary>Cache maintenance over a range that includes a device or a hole.</summary>
    CacheMaintenanceOnDevice,

    /// <summary>The memory or the device behind the address reported an error.</summary>
    MemorySystemError,

    /// <summary>A mistake of the guest that hardware would report to it alike: alignment, or a wrong tag.</summary>
    GuestMistake,

    /// <summary>The hypervisor's own tables, buffers or TLB.</summary>
    HypervisorState,

    /// <summary>The instruction does not explain the exit: code, page tables or memory map have changed since, or were read wrongly.</summary>
    GuestChanged,

    /// <summary>The instruction cannot be read: the guest's memory is protected from the hypervisor.</summary>
    InstructionNotReadable,

    /// <summary>The exception is no access of a load or store.</summary>
    NoAccess,

    /// <summary>What belongs to the program itself lies in a device or in nothing: a constant beside the code, or the address to go on at.</summary>
    CodeOnDevice,

    /// <summary>LD64B, ST64B, ST64BV or ST64BV0 (FEAT_LS64): a command of 64 bytes for an accelerator.</summary>
    SixtyFourByteAccess,

    /// <summary>No exit: software used an address close to 0, which its own page tables do not map.</summary>
    NullPointer,

    /// <summary>No exit: software used an address that its own page tables do not map, or not for this access.</summary>
    WrongPointer,

    /// <summary>
    /// No exit: the guest took an External abort for an instruction that no syndrome describes, which is what a hypervisor injects that
    /// does not decode instructions.
    /// </summary>
    UndescribedAccess,
}
