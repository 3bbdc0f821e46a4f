namespace Arm64MmioDecode.Kvm;

/// <summary>A virtual CPU with the reads of its KVM_EXIT_MMIO, for <see cref="KvmExitHandler.CompleteRead"/>.
/// <see cref="KvmVirtualCpu"/> is one, also over a file descriptor that the VMM has opened itself
/// (<see cref="KvmVirtualCpu.FromFileDescriptor"/>).</summary>
public interface IKvmVirtualCpu : IKvmRegisters
{
    /// <summary>kvm_run.mmio, of the last KVM_EXIT_MMIO.</summary>
    public KvmMmioExit Mmio { get; }

    /// <summary>Writes kvm_run.mmio.data, the device's answer to a load.</summary>
    /// <param name="value">The bytes in memory order, the lowest address in the least significant byte.</param>
    public void CompleteMmioRead(ulong value);

    /// <summary>
    /// Makes KVM complete the access of the last KVM_EXIT_MMIO without entering the guest: KVM_RUN with kvm_run.immediate_exit
    /// set, which returns EINTR.
    /// </summary>
    /// <remarks>
    /// A request of another thread that sets immediate_exit meanwhile must survive it, and an exception must not leave it set.
    /// <see cref="KvmVirtualCpu"/> sets it to 2 with a compare-and-exchange if it was 0, and back to 0 if it is still 2: KVM takes
    /// every value but 0 for a request, and requests of the VMM write 1.
    /// </remarks>
    /// <exception cref="KvmException">KVM_RUN failed with something else than EINTR.</exception>
    public void CompletePendingAccess();
}
