using System;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm;

/// <summary>What the library asks of a virtual CPU. <see cref="KvmVirtualCpu"/> is one; a VMM that has opened /dev/kvm itself
/// implements it with its own ioctls.</summary>
public interface IKvmVirtualCpu
{
    /// <summary>The features that the CPU was initialised with.</summary>
    public KvmVcpuFeatures Features { get; }

    /// <summary>kvm_run.mmio, of the last KVM_EXIT_MMIO.</summary>
    public KvmMmioExit Mmio { get; }

    /// <summary>kvm_run.immediate_exit.</summary>
    public bool ImmediateExit { get; set; }

    /// <summary>KVM_RUN.</summary>
    /// <returns>Why it came back.</returns>
    public KvmExitReason Run();

    /// <summary>Writes kvm_run.mmio.data, the device's answer to a load.</summary>
    /// <param name="value">The bytes in memory order, the lowest address in the least significant byte.</param>
    public void CompleteMmioRead(ulong value);

    /// <summary>KVM_GET_ONE_REG.</summary>
    /// <param name="id">The register.</param>
    /// <param name="destination">At least <see cref="KvmRegisterId.Size"/> bytes; receives the value, little-endian.</param>
    public void GetRegister(KvmRegisterId id, Span<byte> destination);

    /// <summary>KVM_SET_ONE_REG.</summary>
    /// <param name="id">The register.</param>
    /// <param name="source">At least <see cref="KvmRegisterId.Size"/> bytes: the new value, little-endian.</param>
    public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source);

    /// <summary>KVM_GET_ONE_REG for a register of up to 64 bits.</summary>
    /// <param name="id">The register.</param>
    /// <returns>Its value, zero-extended.</returns>
    public ulong GetRegister(KvmRegisterId id)
    {
        ulong value = 0;
        GetRegister(id, MemoryMarshal.AsBytes(new Span<ulong>(ref value)));
        return value;
    }

    /// <summary>KVM_SET_ONE_REG for a register of up to 64 bits.</summary>
    /// <param name="id">The register.</param>
    /// <param name="value">Its new value.</param>
    public void SetRegister(KvmRegisterId id, ulong value) =>
        SetRegister(id, MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value)));
}
