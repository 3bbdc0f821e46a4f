using System;
using Arm64MmioDecode.Kvm.Interop;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm;

/// <summary>A virtual machine: memory slots, virtual CPUs and in-kernel devices.</summary>
public sealed class KvmVirtualMachine : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly int _descriptor;
    private readonly int _runSize;

    internal KvmVirtualMachine(int descriptor, int runSize)
    {
        _descriptor = descriptor;
        _runSize = runSize;
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Memory = new KvmGuestMemory(descriptor);
    }

    /// <summary>The guest's physical memory.</summary>
    public KvmGuestMemory Memory { get; }

    /// <summary>KVM_CHECK_EXTENSION for this machine.</summary>
    /// <param name="capability">What to ask for.</param>
    /// <returns>0 if it is missing; otherwise 1, or the capability's own number.</returns>
    /// <exception cref="KvmException">The request failed.</exception>
    public int CheckExtension(KvmCapability capability) =>
        Libc.Control(_descriptor, KvmRequest.CheckExtension, (nuint)capability, "KVM_CHECK_EXTENSION");

    /// <summary>KVM_ENABLE_CAP for this machine.</summary>
    /// <param name="capability">What to enable, for instance <see cref="KvmCapability.ArmNisvToUser"/>.</param>
    /// <exception cref="KvmException">The host does not have it.</exception>
    public void EnableCapability(KvmCapability capability)
    {
        var argument = new KvmEnableCapability { Capability = (uint)capability };
        Libc.Control(_descriptor, KvmRequest.EnableCapability, ref argument, $"KVM_ENABLE_CAP {capability}");
    }

    /// <summary>KVM_CREATE_VCPU.</summary>
    /// <param name="index">The CPU's number, from 0; also its MPIDR affinity.</param>
    /// <param name="features">Features for KVM_ARM_VCPU_INIT with the preferred target.</param>
    /// <returns>The initialised virtual CPU.</returns>
    /// <exception cref="KvmException">The request failed, for instance because a feature is missing.</exception>
    public KvmVirtualCpu CreateVirtualCpu(int index, KvmVcpuFeatures features)
    {
        int cpu = Libc.Control(_descriptor, KvmRequest.CreateVcpu, (nuint)index, "KVM_CREATE_VCPU");
        var result = new KvmVirtualCpu(cpu, index, _runSize, features);
        try
        {
            KvmVcpuInit init = default;
            Libc.Control(_descriptor, KvmRequest.ArmPreferredTarget, ref init, "KVM_ARM_PREFERRED_TARGET");
            init.Features = (uint)features;
            result.Initialize(ref init);
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Creates an in-kernel GICv3 (KVM_DEV_TYPE_ARM_VGIC_V3). Call after the last virtual CPU is created.</summary>
    /// <param name="distributorBase">Guest physical address of the distributor, 64 KiB, aligned to 64 KiB.</param>
    /// <param name="redistributorBase">Guest physical address of the redistributors, 128 KiB for each CPU.</param>
    /// <param name="interruptCount">Number of interrupt ids, 64 to 1024 in steps of 32.</param>
    /// <returns>The device; it lives as long as the machine.</returns>
    /// <exception cref="KvmException">The host has no GICv3 or refused an address.</exception>
    public KvmGicV3 CreateGicV3(ulong distributorBase, ulong redistributorBase, int interruptCount = 128)
    {
        const uint ArmVgicV3 = 7;
        var argument = new KvmCreateDevice { Type = ArmVgicV3 };
        Libc.Control(_descriptor, KvmRequest.CreateDevice, ref argument, "KVM_CREATE_DEVICE VGIC_V3");
        return new KvmGicV3(argument.Descriptor, distributorBase, redistributorBase, interruptCount);
    }

    /// <summary>KVM_IRQ_LINE for a shared peripheral interrupt of the in-kernel GIC.</summary>
    /// <param name="interruptId">The interrupt's INTID, 32 or more.</param>
    /// <param name="level">Whether the line is asserted.</param>
    /// <exception cref="KvmException">The request failed.</exception>
    public void SetInterruptLine(int interruptId, bool level)
    {
        const uint SharedPeripheral = 1u << 24;
        var argument = new KvmIrqLevel { Irq = SharedPeripheral | (uint)interruptId, Level = level ? 1u : 0u };
        Libc.Control(_descriptor, KvmRequest.IrqLine, ref argument, "KVM_IRQ_LINE");
    }

    /// <summary>Closes the machine and unmaps its memory. Its virtual CPUs must be disposed of before.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        Memory.Dispose();
    }
}
