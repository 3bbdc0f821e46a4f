using System;
using System.Collections.Immutable;
using System.Threading;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm.Interop;

namespace Arm64MmioDecode.Kvm;

/// <summary>The guest's RAM: KVM memory slots and the host memory behind them. Reads and writes may come from any
/// thread while the guest runs; slots are added, never removed, until <see cref="Dispose"/>.</summary>
public sealed unsafe class KvmGuestMemory : IGuestRam, IDisposable
{
    private readonly int _machine;
    private ImmutableArray<Slot> _slots = [];

    internal KvmGuestMemory(int machine) => _machine = machine;

    /// <summary>Maps zeroed host memory and gives it to the guest as a new slot
    /// (KVM_SET_USER_MEMORY_REGION).</summary>
    /// <param name="address">Guest physical address, a multiple of the host's page size.</param>
    /// <param name="size">Bytes, a multiple of the host's page size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range is empty or wraps.</exception>
    /// <exception cref="KvmException">No memory, or KVM refused the slot (overlap, alignment, IPA size).</exception>
    public void AddSlot(ulong address, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(address, ulong.MaxValue - size);
        void* host = Libc.MapMemory(
            null,
            (nuint)size,
            Libc.PROT_READ_WRITE,
            Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE,
            -1,
            0);
        if (host == Libc.MapFailed)
        {
            throw KvmException.FromLastError("mmap of guest memory");
        }

        var region = new KvmUserspaceMemoryRegion
        {
            Slot = (uint)_slots.Length,
            GuestPhysicalAddress = address,
            MemorySize = size,
            UserspaceAddress = (ulong)host,
        };
        try
        {
            Libc.Control(_machine, KvmRequest.SetUserMemoryRegion, ref region, "KVM_SET_USER_MEMORY_REGION");
        }
        catch
        {
            _ = Libc.UnmapMemory(host, (nuint)size);
            throw;
        }

        _slots = _slots.Add(new Slot(address, size, (nint)host));
    }

    /// <summary>Whether a guest physical address is RAM of one of the slots, all of which can be written.</summary>
    /// <param name="physicalAddress">Guest physical address.</param>
    /// <param name="write">Whether for writing.</param>
    /// <returns>True if a slot holds it.</returns>
    public bool Contains(ulong physicalAddress, bool write) => Find(physicalAddress, 1) is not null;

    /// <summary>The host's view of a guest physical range. The guest may change it at any moment.</summary>
    /// <param name="address">Guest physical address.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The bytes, or an empty span if they do not lie in one slot.</returns>
    public Span<byte> GetSpan(ulong address, int length)
    {
        byte* host = Find(address, (ulong)length);
        return host is null ? default : new Span<byte>(host, length);
    }

    /// <summary>Reads guest memory. A naturally aligned read of 1, 2, 4 or 8 bytes is a single host access, so that
    /// an instruction or a descriptor that another CPU replaces is seen whole.</summary>
    /// <param name="physicalAddress">Guest physical address.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>False if the range does not lie in one slot; nothing is read then.</returns>
    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        byte* host = Find(physicalAddress, (ulong)destination.Length);
        if (host is null)
        {
            return false;
        }

        fixed (byte* to = destination)
        {
            switch (destination.Length)
            {
                case 2 when (physicalAddress & 1) == 0:
                    ushort half = Volatile.Read(ref *(ushort*)host);
                    new ReadOnlySpan<byte>(&half, sizeof(ushort)).CopyTo(destination);
                    break;
                case 4 when (physicalAddress & 3) == 0:
                    uint word = Volatile.Read(ref *(uint*)host);
                    new ReadOnlySpan<byte>(&word, sizeof(uint)).CopyTo(destination);
                    break;
                case 8 when (physicalAddress & 7) == 0:
                    ulong doubleword = Volatile.Read(ref *(ulong*)host);
                    new ReadOnlySpan<byte>(&doubleword, sizeof(ulong)).CopyTo(destination);
                    break;
                default:
                    new ReadOnlySpan<byte>(host, destination.Length).CopyTo(destination);
                    break;
            }
        }

        return true;
    }

    /// <summary>Writes guest memory; naturally aligned writes of 1, 2, 4 or 8 bytes are single host accesses.</summary>
    /// <param name="physicalAddress">Guest physical address.</param>
    /// <param name="source">The bytes.</param>
    /// <returns>False if the range does not lie in one slot; nothing is written then.</returns>
    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        byte* host = Find(physicalAddress, (ulong)source.Length);
        if (host is null)
        {
            return false;
        }

        fixed (byte* from = source)
        {
            switch (source.Length)
            {
                case 2 when (physicalAddress & 1) == 0:
                    Volatile.Write(ref *(ushort*)host, System.Runtime.CompilerServices.Unsafe.ReadUnaligned<ushort>(from));
                    break;
                case 4 when (physicalAddress & 3) == 0:
                    Volatile.Write(ref *(uint*)host, System.Runtime.CompilerServices.Unsafe.ReadUnaligned<uint>(from));
                    break;
                case 8 when (physicalAddress & 7) == 0:
                    Volatile.Write(ref *(ulong*)host, System.Runtime.CompilerServices.Unsafe.ReadUnaligned<ulong>(from));
                    break;
                default:
                    source.CopyTo(new Span<byte>(host, source.Length));
                    break;
            }
        }

        return true;
    }

    /// <summary>Unmaps the host memory. No virtual CPU may run any more.</summary>
    public void Dispose()
    {
        ImmutableArray<Slot> slots = _slots;
        _slots = [];
        foreach (Slot slot in slots)
        {
            _ = Libc.UnmapMemory((void*)slot.Host, (nuint)slot.Size);
        }
    }

    private byte* Find(ulong address, ulong length)
    {
        foreach (Slot slot in _slots)
        {
            ulong offset = address - slot.Address;
            if (offset < slot.Size && length <= slot.Size - offset)
            {
                return (byte*)slot.Host + offset;
            }
        }

        return null;
    }

    private readonly record struct Slot(ulong Address, ulong Size, nint Host);
}
