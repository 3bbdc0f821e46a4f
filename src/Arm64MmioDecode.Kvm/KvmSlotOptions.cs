using System;

namespace Arm64MmioDecode.Kvm;

/// <summary>The flags of a memory slot (KVM_MEM_ of linux/kvm.h).</summary>
[Flags]
public enum KvmSlotOptions
{
    /// <summary>Memory that the guest reads and writes.</summary>
    None = 0,

    /// <summary>KVM_MEM_LOG_DIRTY_PAGES: KVM notes which pages the guest has written (KVM_GET_DIRTY_LOG).</summary>
    LogDirtyPages = 1 << 0,

    /// <summary>KVM_MEM_READONLY: a write of the guest comes to the VMM.</summary>
    ReadOnly = 1 << 1,

    /// <summary>KVM_MEM_GUEST_MEMFD: memory that the host may have no view of.</summary>
    GuestMemfd = 1 << 2,
}
