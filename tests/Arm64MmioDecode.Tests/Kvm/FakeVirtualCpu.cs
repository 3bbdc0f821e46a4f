using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.Versioning;
using Arm64MmioDecode.Kvm;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>The registers of a virtual CPU as KVM keeps them (arch/arm64/kvm/guest.c), with a count of system calls.</summary>
[SupportedOSPlatform("linux")]
internal sealed class FakeVirtualCpu(KvmVcpuFeatures features = KvmVcpuFeatures.None) : IKvmVirtualCpu
{
    private const ulong AArch32State = 1 << 4;
    private const ulong CoreRegisters = 0x6030_0000_0010_0000;

    private readonly Dictionary<KvmRegisterId, byte[]> _registers = [];

    public KvmVcpuFeatures Features => features;

    public KvmMmioExit Mmio { get; set; }

    public int Gets { get; private set; }

    public int Sets { get; private set; }

    public int Runs { get; private set; }

    /// <summary>What KVM does when it completes the access of an MMIO exit.</summary>
    public Action<FakeVirtualCpu, ulong> CompleteAccess { get; set; } = (_, _) => { };

    private ulong Answer { get; set; }

    /// <summary>A register of up to 64 bits, without a system call.</summary>
    public ulong this[KvmRegisterId id]
    {
        get => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(id));
        set => BinaryPrimitives.WriteUInt64LittleEndian(Bytes(id), value);
    }

    /// <summary>A register of any size, without a system call.</summary>
    public Span<byte> Bytes(KvmRegisterId id)
    {
        if (!_registers.TryGetValue(id, out byte[]? bytes))
        {
            _registers[id] = bytes = new byte[Math.Max(id.Size, sizeof(ulong))];
        }

        return bytes;
    }

    public void GetRegister(KvmRegisterId id, Span<byte> destination)
    {
        Gets++;
        Bytes(id)[..id.Size].CopyTo(destination);
    }

    public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source)
    {
        Sets++;
        source[..id.Size].CopyTo(Bytes(id));
        if ((id.Value & ~0xffffUL) == CoreRegisters && (this[KvmRegisterId.PState] & AArch32State) != 0)
        {
            this[KvmRegisterId.Pc] = (uint)this[KvmRegisterId.Pc];
        }
    }

    public void CompleteMmioRead(ulong value) => Answer = value;

    public void CompletePendingAccess()
    {
        Runs++;
        CompleteAccess(this, Answer);
    }

    public void StartCounting()
    {
        Gets = 0;
        Sets = 0;
        Runs = 0;
    }
}
