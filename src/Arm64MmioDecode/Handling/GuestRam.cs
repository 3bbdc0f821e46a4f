using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// A guest's memory that is one block of the embedder's own: a managed array, or memory that it has mapped. What lies outside is a
/// device's, or nothing. Any number of threads may use it.
/// </summary>
public sealed class GuestRam : IGuestRam, IAtomicGuestMemory
{
    private const int Page = 4096;

    private readonly ulong _start;
    private readonly ulong _length;

    // One of them: an array, or an address in the host.
    private readonly byte[]? _array;
    private readonly IntPtr _address;

    /// <summary>Puts an array into the guest's physical address space.</summary>
    /// <param name="start">The guest-physical address of its first byte, a multiple of 4096.</param>
    /// <param name="memory">The memory; its length is a multiple of 4096.</param>
    /// <exception cref="ArgumentNullException"><paramref name="memory"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="start"/> or the length is no multiple of 4096, or the block is empty or does not fit.</exception>
    public GuestRam(ulong start, byte[] memory)
        : this(start, (memory ?? throw new ArgumentNullException(nameof(memory))).Length, nameof(memory)) => _array = memory;

    private GuestRam(ulong start, IntPtr address, long length)
        : this(start, length, nameof(length)) => _address = address;

    private GuestRam(ulong start, long length, string parameter)
    {
        if (length <= 0 || length % Page != 0)
        {
            throw new ArgumentException("guest memory has a multiple of 4096 bytes", parameter);
        }

        if (start % Page != 0 || start + (ulong)length < start)
        {
            throw new ArgumentException("guest memory starts at a multiple of 4096 and ends below 2^64", nameof(start));
        }

        _start = start;
        _length = (ulong)length;
    }

    /// <summary>The guest-physical address of the first byte.</summary>
    public ulong Start => _start;

    /// <summary>The length in bytes.</summary>
    public long Length => (long)_length;

    /// <summary>
    /// Puts memory that the embedder has mapped (mmap, VirtualAlloc, <c>hv_vm_map</c>'s) into the guest's physical address space. It has
    /// to stay mapped for as long as anybody uses the result: nothing here could notice that it is gone.
    /// </summary>
    /// <param name="start">The guest-physical address of its first byte, a multiple of 4096.</param>
    /// <param name="address">Where it is in the host, a multiple of 8.</param>
    /// <param name="length">How long it is in bytes, a multiple of 4096.</param>
    /// <returns>The memory.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="address"/> is 0 or no multiple of 8, <paramref name="start"/> or <paramref name="length"/> is no multiple of 4096, or the
    /// block is empty or does not fit.
    /// </exception>
    public static GuestRam OverMapped(ulong start, IntPtr address, long length) =>
        address == IntPtr.Zero || ((long)address & (sizeof(ulong) - 1)) != 0
            ? throw new ArgumentException("mapped memory lies at a multiple of 8 that is not 0", nameof(address))
            : new GuestRam(start, address, length);

    /// <inheritdoc/>
    public bool Contains(ulong physicalAddress, bool write) => physicalAddress - _start < _length;

    /// <inheritdoc/>
    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        if (!TryFind(physicalAddress, destination.Length, out ulong offset))
        {
            return false;
        }

        // One access each, as other vCPUs may be writing.
        ref byte from = ref At(offset);
        ref byte to = ref MemoryMarshal.GetReference(destination);
        switch (destination.Length)
        {
            case sizeof(ulong) when offset % sizeof(ulong) == 0:
                Unsafe.WriteUnaligned(ref to, Volatile.Read(ref Unsafe.As<byte, ulong>(ref from)));
                break;
            case sizeof(uint) when offset % sizeof(uint) == 0:
                Unsafe.WriteUnaligned(ref to, Volatile.Read(ref Unsafe.As<byte, uint>(ref from)));
                break;
            case sizeof(ushort) when offset % sizeof(ushort) == 0:
                Unsafe.WriteUnaligned(ref to, Volatile.Read(ref Unsafe.As<byte, ushort>(ref from)));
                break;
            default:
                Unsafe.CopyBlockUnaligned(ref to, ref from, (uint)destination.Length);
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        if (!TryFind(physicalAddress, source.Length, out ulong offset))
        {
            return false;
        }

        ref byte to = ref At(offset);
        switch (source.Length)
        {
            case sizeof(ulong) when offset % sizeof(ulong) == 0:
                Volatile.Write(ref Unsafe.As<byte, ulong>(ref to), MemoryMarshal.Read<ulong>(source));
                break;
            case sizeof(uint) when offset % sizeof(uint) == 0:
                Volatile.Write(ref Unsafe.As<byte, uint>(ref to), MemoryMarshal.Read<uint>(source));
                break;
            case sizeof(ushort) when offset % sizeof(ushort) == 0:
                Volatile.Write(ref Unsafe.As<byte, ushort>(ref to), MemoryMarshal.Read<ushort>(source));
                break;
            default:
                Unsafe.CopyBlockUnaligned(ref to, ref MemoryMarshal.GetReference(source), (uint)source.Length);
                break;
        }

        return true;
    }

    /// <inheritdoc/>
    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous)
    {
        previous = 0;
        if (!TryFind(physicalAddress, sizeof(ulong), out ulong offset) || offset % sizeof(ulong) != 0)
        {
            return false;
        }

        long found = Interlocked.CompareExchange(ref Unsafe.As<byte, long>(ref At(offset)), InMemoryOrder(replacement), InMemoryOrder(comparand));
        previous = (ulong)InMemoryOrder((ulong)found);
        return true;
    }

    private bool TryFind(ulong physicalAddress, int length, out ulong offset)
    {
        offset = physicalAddress - _start; // wraps to a large number below the start
        return offset < _length && (ulong)length <= _length - offset;
    }

    private ref byte At(ulong offset) => ref _array is { } array
        ? ref array[(int)offset]
        : ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), unchecked((nint)_address + (nint)offset));

    // The byte at the lowest address is the least significant one.
    private static long InMemoryOrder(ulong value) => (long)(BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value));
}
