namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>What a virtual CPU does with KVM_EXIT_ARM_NISV.</summary>
internal interface IFaultHandler
{
    /// <summary>Deals with the fault of a stopped CPU.</summary>
    /// <returns>Null if the guest can go on, or why it cannot.</returns>
    public string? Handle(KvmVirtualCpu cpu);
}
