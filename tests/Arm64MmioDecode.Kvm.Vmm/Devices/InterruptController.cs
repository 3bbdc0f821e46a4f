using System;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm.Vmm.Devices;

/// <summary>The in-kernel GICv3 (KVM_DEV_TYPE_ARM_VGIC_V3), and interrupt lines to it.</summary>
internal sealed unsafe partial class InterruptController : IDisposable
{
    private const nuint IrqLine = 0x4008AE61;
    private const nuint CreateDevice = 0xC00CAEE0;
    private const nuint SetDeviceAttribute = 0x4018AEE1;
    private const uint ArmVgicV3 = 7;

    // KVM_DEV_ARM_VGIC_GRP_* and the addresses' types, from asm/kvm.h.
    private const uint AddressGroup = 0;
    private const uint InterruptCountGroup = 3;
    private const uint ControlGroup = 4;
    private const ulong DistributorAddress = 2;
    private const ulong RedistributorAddress = 3;
    private const ulong Initialise = 0;

    private readonly SafeFileHandle _machine;
    private readonly SafeFileHandle _device;

    /// <summary>Creates the controller. Call after the last virtual CPU is created.</summary>
    public InterruptController(KvmVirtualMachine machine, ulong distributor, ulong redistributors, uint interruptCount = 128)
    {
        _machine = machine.Handle;
        var create = new KvmCreateDevice { Type = ArmVgicV3 };
        Check(IoControl(_machine, CreateDevice, &create), "KVM_CREATE_DEVICE VGIC_V3");
        _device = new SafeFileHandle(create.Descriptor, ownsHandle: true);
        try
        {
            Set(AddressGroup, DistributorAddress, &distributor, "distributor address");
            Set(AddressGroup, RedistributorAddress, &redistributors, "redistributor address");
            Set(InterruptCountGroup, 0, &interruptCount, "interrupt count");
            Set(ControlGroup, Initialise, null, "initialise");
        }
        catch
        {
            _device.Dispose();
            throw;
        }
    }

    /// <summary>KVM_IRQ_LINE for a shared peripheral interrupt.</summary>
    public void SetLine(int interruptId, bool level)
    {
        const uint SharedPeripheral = 1u << 24;
        var argument = new KvmIrqLevel { Irq = SharedPeripheral | (uint)interruptId, Level = level ? 1u : 0u };
        Check(IoControl(_machine, IrqLine, &argument), "KVM_IRQ_LINE");
    }

    public void Dispose() => _device.Dispose();

    private void Set(uint group, ulong attribute, void* value, string what)
    {
        var argument = new KvmDeviceAttribute { Group = group, Attribute = attribute, Address = (ulong)value };
        Check(IoControl(_device, SetDeviceAttribute, &argument), $"KVM_SET_DEVICE_ATTR VGIC_V3 {what}");
    }

    private static void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new KvmException($"{operation}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int IoControl(SafeFileHandle handle, nuint request, void* argument);

    [StructLayout(LayoutKind.Sequential)]
    private struct KvmIrqLevel
    {
        public uint Irq;
        public uint Level;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct KvmCreateDevice
    {
        public uint Type;
        public int Descriptor;
        public uint Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct KvmDeviceAttribute
    {
        public uint Flags;
        public uint Group;
        public ulong Attribute;
        public ulong Address;
    }
}
