namespace Arm64MmioDecode.Descriptors;

/// <summary>What an instruction does to memory.</summary>
public enum AccessKind : byte
{
    /// <summary>Not a memory access: the value of an empty descriptor.</summary>
    None = 0,

    /// <summary>Reads memory into registers.</summary>
    Load,

    /// <summary>Writes registers to memory.</summary>
    Store,

    /// <summary>Atomically reads, modifies and writes memory; see <see cref="AccessOperation"/>.</summary>
    ReadModifyWrite,

    /// <summary>Atomically compares memory with a register and, when equal, stores another.</summary>
    CompareAndSwap,

    /// <summary>Reads memory and marks it in the exclusive monitor.</summary>
    LoadExclusive,

    /// <summary>Writes memory if the exclusive monitor permits it, and reports the outcome in a status register.</summary>
    StoreExclusive,

    /// <summary>A hint that memory will be accessed: never a fault, never a device access.</summary>
    Prefetch,

    /// <summary>Cache maintenance by address: transfers nothing.</summary>
    CacheMaintenance,

    /// <summary>Writes zeros to the whole block that contains the address (DC ZVA, DC GZVA).</summary>
    ZeroBlock,

    /// <summary>Reads Allocation Tags (FEAT_MTE).</summary>
    TagLoad,

    /// <summary>Writes Allocation Tags, with or without data (FEAT_MTE).</summary>
    TagStore,

    /// <summary>One step of a memory copy (FEAT_MOPS).</summary>
    MemoryCopy,

    /// <summary>One step of a memory set (FEAT_MOPS).</summary>
    MemorySet,

    /// <summary>A Guarded Control Stack access through GCSPR_ELx (FEAT_GCS).</summary>
    GuardedControlStack,
}
