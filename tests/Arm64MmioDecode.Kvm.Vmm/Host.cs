using System;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>What the program does when it is the first process of the machine it runs on.</summary>
internal static partial class Host
{
    private const uint PowerOffCommand = 0x4321fedc; // LINUX_REBOOT_CMD_POWER_OFF

    public static bool IsInit => Environment.ProcessId == 1;

    public static void MountFileSystems()
    {
        _ = Mount("dev", "/dev", "devtmpfs", 0, 0);
        _ = Mount("proc", "/proc", "proc", 0, 0);
        _ = Mount("sys", "/sys", "sysfs", 0, 0);
    }

    public static void PowerOff()
    {
        Console.Out.Flush();
        Sync();
        _ = Reboot(PowerOffCommand);
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mount(string source, string target, string type, nuint flags, nint data);

    [LibraryImport("libc", EntryPoint = "sync")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void Sync();

    [LibraryImport("libc", EntryPoint = "reboot")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Reboot(uint command);
}
