namespace Arm64MmioDecode.Kvm;

/// <summary>Why KVM_RUN came back: the KVM_EXIT_ numbers of linux/kvm.h that occur on arm64.</summary>
public enum KvmExitReason
{
    /// <summary>KVM_EXIT_UNKNOWN.</summary>
    Unknown = 0,

    /// <summary>KVM_EXIT_DEBUG: a breakpoint of <see cref="KvmVirtualCpu.SetSoftwareBreakpoints"/>.</summary>
    Debug = 4,

    /// <summary>KVM_EXIT_MMIO: an access with a valid syndrome; see <see cref="KvmVirtualCpu.Mmio"/>.</summary>
    Mmio = 6,

    /// <summary>KVM_EXIT_SHUTDOWN.</summary>
    Shutdown = 8,

    /// <summary>KVM_EXIT_FAIL_ENTRY: the hardware refused to enter the guest.</summary>
    FailEntry = 9,

    /// <summary>A signal or <see cref="KvmVirtualCpu.ImmediateExit"/> ended the run (EINTR); run again.</summary>
    Interrupted = 10,

    /// <summary>KVM_EXIT_INTERNAL_ERROR.</summary>
    InternalError = 17,

    /// <summary>KVM_EXIT_SYSTEM_EVENT: PSCI power-off or reset; see <see cref="KvmVirtualCpu.SystemEvent"/>.</summary>
    SystemEvent = 24,

    /// <summary>KVM_EXIT_ARM_NISV: a data abort without a valid syndrome; see <see cref="KvmVirtualCpu.ArmNisv"/>.</summary>
    ArmNisv = 28,
}
