using System;

namespace Arm64MmioDecode.Kvm;

/// <summary>Features for KVM_ARM_VCPU_INIT (the bits of kvm_vcpu_init.features).</summary>
[Flags]
public enum KvmVcpuFeatures
{
    /// <summary>An AArch64 virtual CPU that runs at once.</summary>
    None = 0,

    /// <summary>KVM_ARM_VCPU_POWER_OFF: wait for PSCI CPU_ON.</summary>
    PowerOff = 1 << 0,

    /// <summary>KVM_ARM_VCPU_EL1_32BIT: EL1 and EL0 are AArch32.</summary>
    El1AArch32 = 1 << 1,

    /// <summary>KVM_ARM_VCPU_PSCI_0_2: the kernel serves PSCI 0.2 and later by HVC.</summary>
    Psci02 = 1 << 2,

    /// <summary>KVM_ARM_VCPU_PMU_V3.</summary>
    PmuV3 = 1 << 3,

    /// <summary>KVM_ARM_VCPU_SVE; needs <see cref="KvmVirtualCpu.FinalizeSve"/> before the first run.</summary>
    Sve = 1 << 4,

    /// <summary>KVM_ARM_VCPU_PTRAUTH_ADDRESS; only together with <see cref="PointerAuthenticationGeneric"/>.</summary>
    PointerAuthenticationAddress = 1 << 5,

    /// <summary>KVM_ARM_VCPU_PTRAUTH_GENERIC; only together with <see cref="PointerAuthenticationAddress"/>.</summary>
    PointerAuthenticationGeneric = 1 << 6,

    /// <summary>KVM_ARM_VCPU_HAS_EL2: the guest has an EL2 of its own (nested virtualisation).</summary>
    HasEl2 = 1 << 7,

    /// <summary>KVM_ARM_VCPU_HAS_EL2_E2H0: its EL2 has HCR_EL2.E2H = 0; only together with <see cref="HasEl2"/>.</summary>
    HasEl2E2H0 = 1 << 8,
}
