namespace Arm64MmioDecode.Syndromes;

/// <summary>Where a syndrome comes from: which layout it has and which of its bits were reported.</summary>
public enum SyndromeSource : byte
{
    /// <summary>ESR_EL2 or ESR_EL3: everything is reported.</summary>
    Esr = 0,

    /// <summary>HSR, the 32-bit register of a hypervisor in AArch32 Hyp mode: no SF, no ISS2, SRT is the AArch32 register number.</summary>
    Hsr,

    /// <summary>
    /// <c>arm_nisv.esr_iss</c> of Linux's KVM_EXIT_ARM_NISV: an ISS with CM, WnR and DFSC; KVM clears all the rest.
    /// It leaves stage 1 walks (S1PTW), and cache maintenance of addresses without a memory slot, to the kernel.
    /// </summary>
    KvmNisv,

    /// <summary>ESR_EL1: the guest's own register, of an exception that did not leave the guest.</summary>
    EsrEL1,
}
