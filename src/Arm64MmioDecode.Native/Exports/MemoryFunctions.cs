using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Native.Objects;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_memory_create, _destroy, _add and _remove.</summary>
internal static unsafe class MemoryFunctions
{
    private const uint ReadOnlyFlag = 1;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Create(nint* memory)
    {
        if (memory == null)
        {
            return ErrorCode.Argument;
        }

        *memory = 0;
        try
        {
            *memory = Handle.Of(new GuestMemory());
            return ErrorCode.None;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Add(nint memory, ulong address, nint host, ulong length, uint flags)
    {
        try
        {
            return Handle.Target<GuestMemory>(memory) is { } guest && (flags & ~ReadOnlyFlag) == 0
                ? guest.Add(address, host, length, readOnly: flags != 0)
                : ErrorCode.Argument;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Remove(nint memory, ulong address)
    {
        try
        {
            return Handle.Target<GuestMemory>(memory)?.Remove(address) ?? ErrorCode.Argument;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }
}
