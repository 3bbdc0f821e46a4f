using System;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm;

/// <summary>The registers of a virtual CPU: KVM_GET_ONE_REG and KVM_SET_ONE_REG. All that <see cref="KvmExitHandler"/> needs
/// of a CPU for KVM_EXIT_ARM_NISV.</summary>
public interface IKvmRegisters
{
    /// <summary>The features that the CPU was initialised with (KVM_ARM_VCPU_INIT).</summary>
    public KvmVcpuFeatures Features { get; }

    /// <summary>KVM_GET_ONE_REG.</summary>
    /// <param name="id">The register.</param>
    /// <param name="destination">At least <see cref="KvmRegisterId.Size"/> bytes; receives the value, little-endian.</param>
    /// <exception cref="KvmException">This CPU has no such register (ENOENT), or its registers are not to be read (EPERM: a
    /// protected machine).</exception>
    public void GetRegister(KvmRegisterId id, Span<byte> destination);

    /// <summary>KVM_SET_ONE_REG.</summary>
    /// <param name="id">The register.</param>
    /// <param name="source">At least <see cref="KvmRegisterId.Size"/> bytes: the new value, little-endian.</param>
    /// <exception cref="KvmException">This CPU has no such register (ENOENT), or the value is not allowed in it (EINVAL).</exception>
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
