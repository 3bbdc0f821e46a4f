using System;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>
/// Copies structures that start with their size across the interface. A caller compiled with another version of the header has
/// fewer or more members: what it does not have is 0 for us and left out for it, and what we do not know has to be 0.
/// </summary>
internal static unsafe class Versioned
{
    // No structure has ever been smaller: its size and one member.
    private const uint Smallest = 8;

    // None will ever be larger: a larger one was not initialised.
    private const uint Largest = 4096;

    /// <summary>Takes a structure from the caller.</summary>
    public static int Read<T>(T* source, out T value)
        where T : unmanaged
    {
        value = default;
        if (source == null)
        {
            return ErrorCode.Argument;
        }

        uint size = *(uint*)source;
        if (size is < Smallest or > Largest)
        {
            return ErrorCode.Size;
        }

        uint known = Math.Min(size, (uint)sizeof(T));
        fixed (T* destination = &value)
        {
            Buffer.MemoryCopy(source, destination, sizeof(T), known);
        }

        for (uint i = known; i < size; i++)
        {
            if (((byte*)source)[i] != 0)
            {
                return ErrorCode.Size;
            }
        }

        return ErrorCode.None;
    }

    /// <summary>Whether a structure can take a result.</summary>
    public static int Check<T>(T* destination)
        where T : unmanaged => destination == null ? ErrorCode.Argument : *(uint*)destination is < Smallest or > Largest ? ErrorCode.Size : ErrorCode.None;

    /// <summary>Gives a structure to the caller, whose size stays. Only after <see cref="Check"/>.</summary>
    public static void Write<T>(in T value, T* destination)
        where T : unmanaged
    {
        uint size = *(uint*)destination;
        fixed (T* source = &value)
        {
            Buffer.MemoryCopy(source, destination, size, Math.Min(size, (uint)sizeof(T)));
        }

        if (size > (uint)sizeof(T))
        {
            new Span<byte>((byte*)destination + sizeof(T), (int)size - sizeof(T)).Clear();
        }

        *(uint*)destination = size;
    }
}
