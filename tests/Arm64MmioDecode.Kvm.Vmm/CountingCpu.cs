using System;

namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>A virtual CPU that counts the system calls for its registers.</summary>
internal sealed class CountingCpu(IKvmVirtualCpu cpu) : IKvmVirtualCpu
{
    public KvmVcpuFeatures Features => cpu.Features;

    public KvmMmioExit Mmio => cpu.Mmio;

    /// <summary>KVM_GET_ONE_REG calls so far.</summary>
    public long Reads { get; private set; }

    /// <summary>KVM_SET_ONE_REG calls so far.</summary>
    public long Writes { get; private set; }

    public void CompleteMmioRead(ulong value) => cpu.CompleteMmioRead(value);

    public void CompletePendingAccess() => cpu.CompletePendingAccess();

    public void GetRegister(KvmRegisterId id, Span<byte> destination)
    {
        Reads++;
        cpu.GetRegister(id, destination);
    }

    public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source)
    {
        Writes++;
        cpu.SetRegister(id, source);
    }
}
