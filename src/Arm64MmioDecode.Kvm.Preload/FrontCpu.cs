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
    public static partial int AccessInKernel(FrontCpu* cpu, ulong address, uint length, uint write, ulong* value);

    [LibraryImport("*", EntryPoint = "front_count")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Count(Counter counter);

    [LibraryImport("*", EntryPoint = "front_say", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial void Say(string text);
}
