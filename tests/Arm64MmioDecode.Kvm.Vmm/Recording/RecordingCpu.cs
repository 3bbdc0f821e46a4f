using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm.Vmm.Recording;

/// <summary>A virtual CPU that remembers which registers were read, and their values.</summary>
internal sealed class RecordingCpu(KvmVirtualCpu cpu) : IKvmVirtualCpu
{
    private readonly Dictionary<KvmRegisterId, UInt128> _read = [];

    public KvmVcpuFeatures Features => cpu.Features;

    public KvmMmioExit Mmio => cpu.Mmio;

    /// <summary>What was read since the last <see cref="Clear"/>, of vectors the lowest 128 bits.</summary>
    public IReadOnlyDictionary<KvmRegisterId, UInt128> Read => _read;

    public void Clear() => _read.Clear();

    public void CompletePendingAccess() => cpu.CompletePendingAccess();

    public void CompleteMmioRead(ulong value) => cpu.CompleteMmioRead(value);

    public void GetRegister(KvmRegisterId id, Span<byte> destination)
    {
        cpu.GetRegister(id, destination);
        UInt128 value = 0;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<UInt128>(ref value));
        destination[..Math.Min(id.Size, bytes.Length)].CopyTo(bytes);
        _read[id] = value;
    }

    public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source) => cpu.SetRegister(id, source);
}
