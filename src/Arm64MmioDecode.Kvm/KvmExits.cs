namespace Arm64MmioDecode.Kvm;

/// <summary>What KVM_EXIT_MMIO tells: one access that KVM decoded from a valid syndrome.</summary>
/// <param name="PhysicalAddress">Intermediate physical address of the access.</param>
/// <param name="Length">Bytes: 1, 2, 4 or 8.</param>
/// <param name="IsWrite">A store, with <paramref name="Data"/> to write.</param>
/// <param name="Data">The bytes in memory order, the lowest address in the least significant byte; 0 for a load.</param>
public readonly record struct KvmMmioExit(ulong PhysicalAddress, int Length, bool IsWrite, ulong Data);

/// <summary>kvm_run.arm_nisv, which KVM_EXIT_ARM_NISV and KVM_EXIT_ARM_LDST64B fill. There is no FAR and no instruction; the guest's
/// PC is still at it.</summary>
/// <param name="Syndrome">esr_iss. Of KVM_EXIT_ARM_NISV only CM, WnR and DFSC carry information; KVM_EXIT_ARM_LDST64B has the
/// whole of ESR_EL2 but for DFSC, which is 0.</param>
/// <param name="FaultIpa">Intermediate physical address of the fault, with its offset in the page.</param>
public readonly record struct KvmArmNisvExit(ulong Syndrome, ulong FaultIpa)
{
    /// <summary>ISS bit 6: the access was a write.</summary>
    public bool IsWrite => ((Syndrome >> 6) & 1) != 0;

    /// <summary>ISS bit 8: the fault came from a cache maintenance or address translation instruction.</summary>
    public bool IsCacheMaintenance => ((Syndrome >> 8) & 1) != 0;

    /// <summary>ISS bits 5:0, the data fault status code.</summary>
    public int FaultStatusCode => (int)(Syndrome & 0x3f);

    /// <summary>ISS bit 24, ISV: the exit is KVM_EXIT_ARM_LDST64B, whose syndrome describes the access.</summary>
    public bool IsSixtyFourBytes => ((Syndrome >> 24) & 1) != 0;
}

/// <summary>The KVM_SYSTEM_EVENT_ numbers.</summary>
public enum KvmSystemEvent
{
    /// <summary>No event.</summary>
    None = 0,

    /// <summary>PSCI SYSTEM_OFF.</summary>
    Shutdown = 1,

    /// <summary>PSCI SYSTEM_RESET.</summary>
    Reset = 2,

    /// <summary>The guest asked for a crash report.</summary>
    Crash = 3,

    /// <summary>A suspended CPU has an interrupt (KVM_MP_STATE_SUSPENDED).</summary>
    Wakeup = 4,

    /// <summary>PSCI SYSTEM_SUSPEND.</summary>
    Suspend = 5,
}
