using System;
using Arm64MmioDecode.Kvm.Interop;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm;

/// <summary>A virtual machine: memory slots and virtual CPUs.</summary>
public sealed class KvmVirtualMachine : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly int _runSize;

    internal KvmVirtualMachine(SafeFileHandle handle, int runSize)
    {
        _handle = handle;
        _runSize = runSize;
        Memory = new KvmGuestMemory(handle);
    }

    /// <summary>The machine's file descriptor, for requests that are not here (an interrupt controller, interrupt lines, ioeventfd).</summary>
    public SafeFileHandle Handle => _handle;

    /// <summary>The guest's physical memory.</summary>
    public KvmGuestMemory Memory { get; }

    /// <summary>KVM_CHECK_EXTENSION for this machine.</summary>
    /// <param name="capability">What to ask for.</param>
    /// <returns>0 if it is missing; otherwise 1, or the capability's own number.</returns>
    /// <exception cref="KvmException">The request failed.</exception>
    public int CheckExtension(KvmCapability capability) =>
        Libc.Control(_handle, KvmRequest.CheckExtension, (nuint)capability, "KVM_CHECK_EXTENSION");

    /// <summary>KVM_ENABLE_CAP for this machine.</summary>
    /// <param name="capability">What to enable, for instance <see cref="KvmCapability.ArmNisvToUser"/>.</param>
    /// <exception cref="KvmException">The host does not have it.</exception>
    public void EnableCapability(KvmCapability capability)
    {
        var argument = new KvmEnableCapability { Capability = (uint)capability };
        Libc.Control(_handle, KvmRequest.EnableCapability, ref argument, $"KVM_ENABLE_CAP {capability}");
    }

    /// <summary>KVM_CREATE_VCPU.</summary>
    /// <param name="index">The CPU's number, from 0; also its MPIDR affinity.</param>
    /// <param name="features">Features for KVM_ARM_VCPU_INIT with the preferred target.</param>
    /// <returns>The initialised virtual CPU.</returns>
    /// <exception cref="KvmException">The request failed, for instance because a feature is missing.</exception>
    public KvmVirtualCpu CreateVirtualCpu(int index, KvmVcpuFeatures features)
    {
        int cpu = Libc.Control(_handle, KvmRequest.CreateVcpu, (nuint)index, "KVM_CREATE_VCPU");
        var result = KvmVirtualCpu.Open(new SafeFileHandle(cpu, ownsHandle: true), index, _runSize, features);
        try
        {
            KvmVcpuInit init = default;
            Libc.Control(_handle, KvmRequest.ArmPreferredTarget, ref init, "KVM_ARM_PREFERRED_TARGET");
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

    /// <summary>Closes the machine and unmaps its memory. Its virtual CPUs must be disposed of before.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        Memory.Dispose();
    }
}
