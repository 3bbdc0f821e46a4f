using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm.Interop;

/// <summary>The few functions of the C library that KVM's interface needs.</summary>
internal static unsafe partial class Libc
{
    internal const int O_RDWR = 2;
    internal const int O_CLOEXEC = 0x80000;
    internal const int PROT_READ_WRITE = 3;
    internal const int MAP_SHARED = 1;
    internal const int MAP_PRIVATE = 2;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MAP_NORESERVE = 0x4000;
    internal const int EINTR = 4;
    internal const int EAGAIN = 11;

    /// <summary>mmap's MAP_FAILED.</summary>
    internal static readonly void* MapFailed = (void*)-1;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int IoControl(SafeFileHandle handle, nuint request, nuint argument);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void* MapMemory(void* address, nuint length, int protection, int flags, SafeFileHandle handle, long offset);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void* MapMemory(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int UnmapMemory(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nint Signal(int number, nint handler);

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial nuint ThreadSelf();

    [LibraryImport("libc", EntryPoint = "pthread_kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int ThreadKill(nuint thread, int signal);

    /// <summary>An ioctl whose failure is an error of the host or of the caller, never of the guest.</summary>
    /// <exception cref="KvmException">The ioctl failed.</exception>
    internal static int Control(SafeFileHandle handle, nuint request, nuint argument, string operation)
    {
        int result = IoControl(handle, request, argument);
        if (result < 0)
        {
            throw KvmException.FromLastError(operation);
        }

        return result;
    }

    /// <summary>The same for an ioctl that takes a pointer to a structure.</summary>
    /// <exception cref="KvmException">The ioctl failed.</exception>
    internal static int Control<T>(SafeFileHandle handle, nuint request, ref T argument, string operation)
        where T : unmanaged
    {
        fixed (T* pointer = &argument)
        {
            return Control(handle, request, (nuint)pointer, operation);
        }
    }
}
