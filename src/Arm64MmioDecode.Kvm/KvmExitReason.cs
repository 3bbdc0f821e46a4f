namespace Arm64MmioDecode.Kvm;

/// <summary>Why KVM_RUN came back: the KVM_EXIT_ numbers of linux/kvm.h that occur on arm64.</summary>
public enum KvmExitReason
{
    /// <summary>KVM_EXIT_UNKNOWN.</summary>
    Unknown = 0,

    /// <summary>KVM_EXIT_HYPERCALL: a call that KVM_ARM_VM_SMCCC_FILTER hands to the VMM.</summary>
    Hypercall = 3,

    /// <summary>KVM_EXIT_DEBUG: a breakpoint or a step of KVM_SET_GUEST_DEBUG.</summary>
    Debug = 4,

    /// <summary>KVM_EXIT_MMIO: an access with a valid syndrome; see <see cref="KvmVirtualCpu.Mmio"/>.</summary>
    Mmio = 6,

    /// <summary>KVM_EXIT_SHUTDOWN.</summary>
    Shutdown = 8,

    /// <summary>KVM_EXIT_FAIL_ENTRY: the hardware refused to enter the guest.</summary>
    FailEntry = 9,

    /// <summary>KVM_EXIT_INTR, or KVM_RUN failed with EINTR: a signal or <see cref="KvmVirtualCpu.ImmediateExit"/> ended the run.</summary>
    Interrupted = 10,

    /// <summary>KVM_EXIT_INTERNAL_ERROR.</summary>
    InternalError = 17,

    /// <summary>KVM_EXIT_SYSTEM_EVENT: PSCI power-off or reset; see <see cref="KvmVirtualCpu.SystemEvent"/>.</summary>
    SystemEvent = 24,

    /// <summary>KVM_EXIT_ARM_NISV: a data abort without a valid syndrome; see <see cref="KvmVirtualCpu.ArmNisv"/>.</summary>
    ArmNisv = 28,

    /// <summary>KVM_EXIT_DIRTY_RING_FULL.</summary>
    DirtyRingFull = 31,

    /// <summary>KVM_EXIT_MEMORY_FAULT: an access to guest_memfd memory that is not there as the guest asks for it.</summary>
    MemoryFault = 39,

    /// <summary>KVM_EXIT_ARM_SEA: a synchronous External abort on the guest's memory (KVM_CAP_ARM_SEA_TO_USER).</summary>
    ArmSea = 41,

    /// <summary>KVM_EXIT_ARM_LDST64B: LD64B, ST64B, ST64BV or ST64BV0 outside memory slots; see <see cref="KvmVirtualCpu.ArmNisv"/>,
    /// whose fields it fills.</summary>
    ArmLdst64B = 42,
}
