using System;
using Arm64MmioDecode.Kvm.Interop;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm;

/// <summary>The in-kernel interrupt controller, GICv3.</summary>
public sealed unsafe class KvmGicV3 : IDisposable
{
    // KVM_DEV_ARM_VGIC_GRP_* and the addresses' types, from asm/kvm.h.
    private const uint AddressGroup = 0;
    private const uint InterruptCountGroup = 3;
    private const uint ControlGroup = 4;
    private const ulong DistributorAddress = 2;
    private const ulong RedistributorAddress = 3;
    private const ulong Initialise = 0;

    private readonly SafeFileHandle _handle;
    private readonly int _descriptor;

    internal KvmGicV3(int descriptor, ulong distributorBase, ulong redistributorBase, int interruptCount)
    {
        _descriptor = descriptor;
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Set(AddressGroup, DistributorAddress, &distributorBase, "distributor address");
        Set(AddressGroup, RedistributorAddress, &redistributorBase, "redistributor address");
        uint count = (uint)interruptCount;
        Set(InterruptCountGroup, 0, &count, "interrupt count");
        Set(ControlGroup, Initialise, null, "initialise");
    }

    /// <summary>Closes this handle. The controller itself lives as long as the machine.</summary>
    public void Dispose() => _handle.Dispose();

    private void Set(uint group, ulong attribute, void* value, string what)
    {
        var argument = new KvmDeviceAttribute { Group = group, Attribute = attribute, Address = (ulong)value };
        Libc.Control(_descriptor, KvmRequest.SetDeviceAttribute, ref argument, $"KVM_SET_DEVICE_ATTR VGIC_V3 {what}");
    }
}
