using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm.Interop;

/// <summary>struct kvm_userspace_memory_region.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KvmUserspaceMemoryRegion
{
    internal uint Slot;
    internal uint Flags;
    internal ulong GuestPhysicalAddress;
    internal ulong MemorySize;
    internal ulong UserspaceAddress;
}

/// <summary>struct kvm_enable_cap.</summary>
[StructLayout(LayoutKind.Sequential, Size = 104)]
internal struct KvmEnableCapability
{
    internal uint Capability;
    internal uint Flags;
    internal ulong Argument0;
}

/// <summary>struct kvm_one_reg.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct KvmOneRegister
{
    internal ulong Id;
    internal ulong Address;
}

/// <summary>struct kvm_vcpu_init.</summary>
[StructLayout(LayoutKind.Sequential, Size = 32)]
internal struct KvmVcpuInit
{
    internal uint Target;
    internal uint Features;
}

/// <summary>struct kvm_vcpu_events of arm64.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct KvmVcpuEvents
{
    internal byte SErrorPending;
    internal byte SErrorHasSyndrome;
    internal byte ExternalDataAbortPending;
    private readonly byte _padding0;
    private readonly uint _padding1;
    internal ulong SErrorSyndrome;
}

/// <summary>struct kvm_guest_debug of arm64; the breakpoint and watchpoint registers stay 0.</summary>
[StructLayout(LayoutKind.Sequential, Size = 0x208)]
internal struct KvmGuestDebug
{
    internal const uint Enable = 1;
    internal const uint UseSoftwareBreakpoints = 1 << 16;

    internal uint Control;
}

/// <summary>struct kvm_run, as far as an arm64 VMM reads or writes it.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct KvmRun
{
    [FieldOffset(1)]
    internal byte ImmediateExit;

    [FieldOffset(8)]
    internal uint ExitReason;

    // KVM_EXIT_MMIO
    [FieldOffset(32)]
    internal ulong MmioPhysicalAddress;

    [FieldOffset(40)]
    internal ulong MmioData;

    [FieldOffset(48)]
    internal uint MmioLength;

    [FieldOffset(52)]
    internal byte MmioIsWrite;

    // KVM_EXIT_ARM_NISV
    [FieldOffset(32)]
    internal ulong NisvSyndrome;

    [FieldOffset(40)]
    internal ulong NisvFaultIpa;

    // KVM_EXIT_SYSTEM_EVENT
    [FieldOffset(32)]
    internal uint SystemEventType;

    // KVM_EXIT_DEBUG
    [FieldOffset(32)]
    internal uint DebugSyndrome;

    // KVM_EXIT_FAIL_ENTRY
    [FieldOffset(32)]
    internal ulong FailEntryHardwareReason;

    // KVM_EXIT_INTERNAL_ERROR
    [FieldOffset(32)]
    internal uint InternalErrorSubcode;
}
