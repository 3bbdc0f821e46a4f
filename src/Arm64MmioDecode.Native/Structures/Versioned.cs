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

    /// <summary>Takes a structure from the caller, as a copy.</summary>
    public static int Read<T>(T* source, out T value)
        where T : unmanaged
    {
        T copy;
        int error = Read(source, &copy, out T* view);
        value = error == ErrorCode.None ? *view : default;
        return error;
    }

    /// <summary>
    /// Takes a structure from the caller where it lies: a copy of bytes that were written one member at a time just before waits for them.
    /// </summary>
    /// <param name="source">The caller's.</param>
    /// <param name="copy">Room for one from a caller that has fewer members.</param>
    /// <param name="view">One of the two, to be read until the call returns.</param>
    public static int Read<T>(T* source, T* copy, out T* view)
        where T : unmanaged
    {
        view = source;
        if (source == null)
        {
            return ErrorCode.Argument;
        }

        uint size = *(uint*)source;
        if (size is < Smallest or > Largest)
        {
            return ErrorCode.Size;
        }

        if (size < (uint)sizeof(T))
        {
            *copy = default;
            Buffer.MemoryCopy(source, copy, sizeof(T), size);
            view = copy;
        }

        for (uint i = (uint)sizeof(T); i < size; i++)
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
        T room;
        T* result = Open(destination, &room);
        uint size = *(uint*)destination;
        *result = value;
        *(uint*)result = size;
        Close(result, destination);
    }

    /// <summary>
    /// Where a result is made, with all members 0: in the caller's memory, if that has them all. Only after <see cref="Check"/>, and before
    /// <see cref="Close"/>.
    /// </summary>
    /// <param name="destination">The caller's.</param>
    /// <param name="room">Room for one for a caller that has fewer members.</param>
    public static T* Open<T>(T* destination, T* room)
        where T : unmanaged
    {
        uint size = *(uint*)destination;
        T* result = size < (uint)sizeof(T) ? room : destination;
        *result = default;
        *(uint*)result = size;
        return result;
    }

    /// <summary>Gives what <see cref="Open"/> has returned to the caller.</summary>
    public static void Close<T>(T* result, T* destination)
        where T : unmanaged
    {
        uint size = *(uint*)result;
        if (result != destination)
        {
            Buffer.MemoryCopy(result, destination, size, size);
        }
        else if (size > (uint)sizeof(T))
        {
            new Span<byte>((byte*)destination + sizeof(T), (int)size - sizeof(T)).Clear();
        }
    }
}
