using System.Runtime.InteropServices;
using Arm64MmioDecode.Kvm.Interop;

namespace Arm64MmioDecode.Kvm;

/// <summary>The signal that takes a thread out of KVM_RUN. Its handler has nothing to do: being handled at all is what
/// ends the system call.</summary>
internal static class ExitSignal
{
    /// <summary>A real-time signal that neither the C library (32, 33) nor the .NET runtime (34) uses.</summary>
    internal const int Number = 42;

    private static bool s_installed;

    internal static void Install()
    {
        if (s_installed)
        {
            return;
        }

        // A handler must not run managed code at an arbitrary point. getpid does nothing, is async-signal-safe and
        // ignores the argument that the kernel passes to a handler.
        nint handler = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "getpid");
        _ = Libc.Signal(Number, handler);
        s_installed = true;
    }
}
