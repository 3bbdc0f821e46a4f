namespace Arm64MmioDecode.Kvm;

/// <summary>The KVM_CAP_ numbers of linux/kvm.h that an arm64 VMM asks for.</summary>
public enum KvmCapability
{
    /// <summary>No capability.</summary>
    None = 0,

    /// <summary>KVM_CAP_SET_GUEST_DEBUG.</summary>
    SetGuestDebug = 23,

    /// <summary>KVM_CAP_MAX_VCPUS: the largest number of virtual CPUs.</summary>
    MaxVcpus = 66,

    /// <summary>KVM_CAP_ARM_EL1_32BIT: a virtual CPU whose EL1 and EL0 are AArch32.</summary>
    ArmEl1AArch32 = 93,

    /// <summary>KVM_CAP_ARM_PSCI_0_2.</summary>
    ArmPsci02 = 102,

    /// <summary>KVM_CAP_IMMEDIATE_EXIT: <see cref="KvmVirtualCpu.ImmediateExit"/> works.</summary>
    ImmediateExit = 136,

    /// <summary>KVM_CAP_ARM_VM_IPA_SIZE: the largest intermediate physical address size in bits.</summary>
    ArmVmIpaSize = 165,

    /// <summary>KVM_CAP_ARM_SVE.</summary>
    ArmSve = 170,

    /// <summary>KVM_CAP_ARM_PTRAUTH_ADDRESS.</summary>
    ArmPointerAuthenticationAddress = 171,

    /// <summary>KVM_CAP_ARM_PTRAUTH_GENERIC.</summary>
    ArmPointerAuthenticationGeneric = 172,

    /// <summary>KVM_CAP_ARM_NISV_TO_USER: data aborts without a valid syndrome come to the VMM as
    /// <see cref="KvmExitReason.ArmNisv"/>. Without it KVM_RUN fails with ENOSYS instead.</summary>
    ArmNisvToUser = 177,

    /// <summary>KVM_CAP_ARM_INJECT_EXT_DABT: <see cref="KvmVirtualCpu.InjectExternalDataAbort"/> works.</summary>
    ArmInjectExternalDataAbort = 178,

    /// <summary>KVM_CAP_ARM_MTE: the guest may use memory tags; must be enabled before a virtual CPU exists.</summary>
    ArmMte = 205,
}
