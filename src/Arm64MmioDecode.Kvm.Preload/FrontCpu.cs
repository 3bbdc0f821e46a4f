using System;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm.Preload;

/// <summary>struct view of front.h: what the front shows of a virtual CPU.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FrontCpu
{
    public nint Handle;
    public byte* Run;
    public FrontSlot* Slots;
    public uint SlotCount;
    public uint SlotsVersion;
    public nint Machine;
    public uint Features;
    public Settings Settings;
    public uint LogsWrites;
}

/// <summary>struct slot of front.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FrontSlot
{
    public ulong Address;
    public ulong Size;
    public ulong Host;
    public uint Number;
    public uint Flags;
}

/// <summary>enum setting of front.h.</summary>
[Flags]
internal enum Settings : uint
{
    None = 0,
    ExplainOnly = 1 << 0,
    StartEarly = 1 << 1,
    LogSummary = 1 << 2,
    LogExplain = 1 << 3,
    PerformAtomics = 1 << 4,
    PerformExclusives = 1 << 5,
    Join = 1 << 6,
}

/// <summary>enum counter of front.h.</summary>
internal enum Counter
{
    Exits = 0,
    Completed,
    Aborts,
    Retries,
    Refused,
    Vmm,
    Kernel,
    KernelFailed,
}

/// <summary>enum kernel_access of front.h: how an access went that one of KVM's devices may answer.</summary>
internal enum KernelAccess
{
    /// <summary>KVM has no device there.</summary>
    Elsewhere = 0,

    Performed = 1,

    /// <summary>Not performed: KVM_RUN says something to the VMM first.</summary>
    CameOut = 2,
    RefusedEl2 = -1,
    RefusedSize = -2,
    RefusedPage = -3,
    RefusedReach = -4,
    RefusedRegister = -5,
    RefusedAstray = -6,
}

/// <summary>What the front does for this half.</summary>
internal static unsafe partial class Front
{
    [LibraryImport("*", EntryPoint = "front_get_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetRegister(FrontCpu* cpu, ulong id, byte* value);

    [LibraryImport("*", EntryPoint = "front_set_register")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int SetRegister(FrontCpu* cpu, ulong id, byte* value);

    [LibraryImport("*", EntryPoint = "front_access_in_kernel")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial KernelAccess AccessInKernel(FrontCpu* cpu, ulong address, uint length, uint write, ulong* value);

    /// <summary>Has a write noted where dirty pages are logged.</summary>
    [LibraryImport("*", EntryPoint = "front_written")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Written(FrontCpu* cpu, ulong address, uint length);

    [LibraryImport("*", EntryPoint = "front_is_in_kernel")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int IsInKernel(FrontCpu* cpu, ulong address);

    /// <summary>Whether a slot is memory that this process can access, and not a device that is mapped through to the guest.</summary>
    [LibraryImport("*", EntryPoint = "front_is_memory")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int IsMemory(FrontSlot* slot);

    [LibraryImport("*", EntryPoint = "front_count")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Count(Counter counter);

    [LibraryImport("*", EntryPoint = "front_say", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Say(string text);
}
