namespace Arm64MmioDecode.Syndromes;

/// <summary>Words for a <see cref="DataAbortClass"/>.</summary>
public static class DataAbortClassExtensions
{
    /// <summary>One sentence: what the abort is, and why the instruction at PC does or does not explain it.</summary>
    /// <param name="dataAbortClass">The class.</param>
    public static string ToWords(this DataAbortClass dataAbortClass) => dataAbortClass switch
    {
        DataAbortClass.NotDataAbort =>
            "The exception is not a Data Abort, so there is no data access to emulate.",
        DataAbortClass.InstructionAccess =>
            "The instruction's own access has no usable stage 2 mapping; emulating the instruction can complete it.",
        DataAbortClass.TranslationTableWalk =>
            "The guest's page tables lie in memory that stage 2 does not map; the instruction at PC only caused the walk.",
        DataAbortClass.CacheMaintenance =>
            "A cache maintenance or address translation instruction hit an address without a stage 2 mapping; it transfers no data.",
        DataAbortClass.GuardedControlStack =>
            "An access to the Guarded Control Stack, which calls and returns make besides their own work.",
        DataAbortClass.NestedVirtualization =>
            "A guest hypervisor used a register that VNCR_EL2 redirects to memory, and that memory is not mapped.",
        DataAbortClass.ExternalAbort =>
            "The memory system reported an error for the access (External abort, parity or ECC); the mapping is in order.",
        DataAbortClass.ExternalAbortOnWalk =>
            "The memory system reported an error while a translation table was read or updated.",
        DataAbortClass.Alignment =>
            "The address is not aligned as the instruction or the memory type requires; that fault belongs to the guest.",
        DataAbortClass.TagCheck =>
            "The pointer's tag differs from the memory's Allocation Tag; that fault belongs to the guest.",
        DataAbortClass.UnsupportedExclusiveOrAtomic =>
            "An exclusive, atomic or 64-byte access to memory that does not support it.",
        DataAbortClass.UnsupportedAtomicHardwareUpdate =>
            "The hardware could not update a translation table atomically where it lies.",
        DataAbortClass.DirtyStateTracking =>
            "The hypervisor's dirty state tracking structure is full or faulted; empty it and re-enter the guest.",
        DataAbortClass.AddressSize =>
            "A translation gave an address beyond the configured size; at stage 2 the hypervisor's own tables are at fault.",
        DataAbortClass.GranuleProtection =>
            "The physical granule belongs to another Security state.",
        DataAbortClass.TlbConflict =>
            "Several TLB entries match the address; invalidate the TLB and re-enter the guest.",
        DataAbortClass.Lockdown =>
            "An IMPLEMENTATION DEFINED Lockdown fault.",
        DataAbortClass.Other =>
            "The fault does not come from the translation of an access.",
        DataAbortClass.Stage1Translation =>
            "The page tables of the software that made the access (stage 1) refused it: the abort did not come from a guest to its hypervisor.",
        _ => "The fault status code is reserved.",
    };
}
