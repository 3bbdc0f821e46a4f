using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// A guest's memory that is one block of the embedder's own: a managed array, or native memory behind a
/// <see cref="System.Buffers.MemoryManager{T}"/>. What lies outside is a device's, or nothing. Any number of threads may use it.
/// </summary>
public sealed class GuestRam : IGuestRam, IAtomicGuestMemory
{
    private readonly ulong _start;
    private readonly Memory<byte> _memory;

    /// <summary>Puts a block of memory into the guest's physical address space.</summary>
    /// <param name="start">The guest-physical address of its first byte, a multiple of 4096.</param>
    /// <param name="memory">The memory, whose length is a multiple of 4096; in the host it must lie at a multiple of 8, as arrays do.</param>
    /// <exception cref="ArgumentException"><paramref name="start"/> or the length is no multiple of 4096, or the block is empty or does not fit.</exception>
    public GuestRam(ulong start, Memory<byte> memory)
    {
        const int Page = 4096;
        if (start % Page != 0 || start + (ulong)memory.Length < start)
        {
            throw new ArgumentException("guest memory starts at a multiple of 4096 and ends below 2^64", nameof(start));
        }

        if (memory.Length == 0 || memory.Length % Page != 0)
        {
            throw new ArgumentException("guest memory has a multiple of 4096 bytes", nameof(memory));
        }

        _start = start;
        _memory = memory;
    }

    /// <summary>The guest-physical address of the first byte.</summary>
    public ulong Start => _start;

    /// <summary>The length in bytes.</summary>
    public int Length => _memory.Length;

    /// <inheritdoc/>
    public bool Contains(ulong physicalAddress, bool write) => physicalAddress - _start < (ulong)_memory.Length;

    /// <inheritdoc/>
    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        if (!TryFind(physicalAddress, destination.Length, out Span<byte> bytes))
        {
            return false;
        }

        // One access each, as other vCPUs may be writing.
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        switch (destination.Length)
        {
            case sizeof(ulong) when physicalAddress % sizeof(ulong) == 0:
                ulong eight = Volatile.Read(ref Unsafe.As<byte, ulong>(ref first));
                Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(destination), eight);
                break;
            case sizeof(uint) when physicalAddress % sizeof(uint) == 0:
                uint four = Volatile.Read(ref Unsafe.As<byte, uint>(ref first));
                Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(destination), four);
                break;
            case sizeof(ushort) when physicalAddress % sizeof(ushort) == 0:
                ushort two = Volatile.Read(ref Unsafe.As<byte, ushort>(ref first));
                Unsafe.WriteUnaligned(ref MemoryMarshal.GetReference(destination), two);
                break;
            default:
                bytes.CopyTo(destination);
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        if (!TryFind(physicalAddress, source.Length, out Span<byte> bytes))
        {
            return false;
        }

        ref byte first = ref MemoryMarshal.GetReference(bytes);
        switch (source.Length)
        {
            case sizeof(ulong) when physicalAddress % sizeof(ulong) == 0:
                Volatile.Write(ref Unsafe.As<byte, ulong>(ref first), MemoryMarshal.Read<ulong>(source));
                break;
            case sizeof(uint) when physicalAddress % sizeof(uint) == 0:
                Volatile.Write(ref Unsafe.As<byte, uint>(ref first), MemoryMarshal.Read<uint>(source));
                break;
            case sizeof(ushort) when physicalAddress % sizeof(ushort) == 0:
                Volatile.Write(ref Unsafe.As<byte, ushort>(ref first), MemoryMarshal.Read<ushort>(source));
                break;
            default:
                source.CopyTo(bytes);
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous)
    {
        previous = 0;
        if (physicalAddress % sizeof(ulong) != 0 || !TryFind(physicalAddress, sizeof(ulong), out Span<byte> bytes))
        {
            return false;
        }

        long found = Interlocked.CompareExchange(
            ref Unsafe.As<byte, long>(ref MemoryMarshal.GetReference(bytes)),
            InMemoryOrder(replacement),
            InMemoryOrder(comparand));
        previous = (ulong)InMemoryOrder((ulong)found);
        return true;
    }

    private bool TryFind(ulong physicalAddress, int length, out Span<byte> bytes)
    {
        ulong offset = physicalAddress - _start; // wraps to a large number below the start
        if (offset >= (ulong)_memory.Length || (ulong)length > (ulong)_memory.Length - offset)
        {
            bytes = default;
            return false;
        }

        bytes = _memory.Span.Slice((int)offset, length);
        return true;
    }

    // The byte at the lowest address is the least significant one.
    private static long InMemoryOrder(ulong value) => (long)(BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
}
