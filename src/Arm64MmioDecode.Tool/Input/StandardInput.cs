using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>
/// Standard input. Where a program is started without one, the runtime's own pipes get its number, and the runtime's stream would wait
/// for ever for what is never written to them.
/// </summary>
internal static partial class StandardInput
{
    private const int Descriptor = 0;

    /// <summary>Opens it; to read one that is closed is an <see cref="IOException"/>.</summary>
    public static Stream Open() => !OperatingSystem.IsWindows() && IsClosed() ? new ClosedStream() : Console.OpenStandardInput();

    // A descriptor that is closed on exec cannot be one that the program was started with.
    private static bool IsClosed()
    {
        const int GetFlags = 1; // F_GETFD
        const int CloseOnExec = 1; // FD_CLOEXEC
        int flags = Control(Descriptor, GetFlags);
        return flags < 0 || (flags & CloseOnExec) != 0;
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int descriptor, int command);

    private sealed class ClosedStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("standard input is closed");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
            // Nothing is written to it.
        }
    }
}
