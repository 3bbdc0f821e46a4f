namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>What a virtual CPU does with the exits that the library serves.</summary>
internal interface IFaultHandler
{
    /// <summary>Deals with the KVM_EXIT_ARM_NISV of a stopped CPU.</summary>
    /// <returns>Null if the guest can go on, or why it cannot.</returns>
    public string? Handle(KvmVirtualCpu cpu);

    /// <summary>Completes the read of a KVM_EXIT_MMIO with the device's answer.</summary>
    public void CompleteRead(ulong value);
}
