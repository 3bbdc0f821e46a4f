using System;
using Arm64MmioDecode.Kvm.Interop;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm;

/// <summary>/dev/kvm.</summary>
public sealed class KvmSystem : IDisposable
{
    /// <summary>The only API version there is; the kernel promises it never changes.</summary>
    public const int ApiVersion = 12;

    private readonly SafeFileHandle _handle;

    private KvmSystem(SafeFileHandle handle) => _handle = handle;

    /// <summary>Opens KVM.</summary>
    /// <param name="path">The device file.</param>
    /// <returns>The open device.</returns>
    /// <exception cref="KvmException">There is no KVM here, no permission for it, or it speaks another API.</exception>
    public static KvmSystem Open(string path = "/dev/kvm")
    {
        int descriptor = Libc.Open(path, Libc.O_RDWR | Libc.O_CLOEXEC);
        if (descriptor < 0)
        {
            throw KvmException.FromLastError($"open {path}");
        }

        var system = new KvmSystem(new SafeFileHandle(descriptor, ownsHandle: true));
        try
        {
            int version = Libc.Control(system._handle, KvmRequest.GetApiVersion, 0, "KVM_GET_API_VERSION");
            return version == ApiVersion ? system : throw new KvmException($"{path} speaks KVM API version {version}, not {ApiVersion}.");
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    /// <summary>KVM_CHECK_EXTENSION for the whole system.</summary>
    /// <param name="capability">What to ask for.</param>
    /// <returns>0 if it is missing; otherwise 1, or the capability's own number.</returns>
    /// <exception cref="KvmException">The request failed.</exception>
    public int CheckExtension(KvmCapability capability) =>
        Libc.Control(_handle, KvmRequest.CheckExtension, (nuint)capability, "KVM_CHECK_EXTENSION");

    /// <summary>KVM_CREATE_VM.</summary>
    /// <param name="ipaBits">Size of the guest's physical address space in bits, or 0 for 40.</param>
    /// <returns>A virtual machine without memory or CPUs.</returns>
    /// <exception cref="KvmException">The request failed.</exception>
    public KvmVirtualMachine CreateVirtualMachine(int ipaBits = 0)
    {
        int runSize = Libc.Control(_handle, KvmRequest.GetVcpuMmapSize, 0, "KVM_GET_VCPU_MMAP_SIZE");
        int machine = Libc.Control(_handle, KvmRequest.CreateVm, (nuint)ipaBits, "KVM_CREATE_VM");
        return new KvmVirtualMachine(new SafeFileHandle(machine, ownsHandle: true), runSize);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
