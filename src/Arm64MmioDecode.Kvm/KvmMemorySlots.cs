using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm;

/// <summary>
/// A machine's memory slots as KVM_SET_USER_MEMORY_REGION was told them, over host memory that others own: for a VMM with a memory
/// layer of its own. <see cref="KvmGuestMemory"/> is for those without.
/// </summary>
/// <remarks>
/// Reads and writes may come from any thread while the guest runs. <see cref="Set"/> waits for those that are under way: once it
/// has returned, nothing touches the memory of a slot that it has removed or replaced, and the VMM may unmap it.
/// </remarks>
public sealed unsafe class KvmMemorySlots : IGuestRam, IAtomicGuestMemory
{
    private readonly object _writers = new();
    private Slot[] _slots = [];
    private int _readers;
    private int _closed;

    /// <summary>Adds, replaces or removes a slot, as the request of the same arguments does in KVM.</summary>
    /// <param name="number">The slot's number, with the address space in bits 31:16.</param>
    /// <param name="address">Guest physical address of its first byte.</param>
    /// <param name="size">Bytes; 0 removes the slot.</param>
    /// <param name="host">Where the host has it mapped, all of it readable and, unless the flags say otherwise, writable.</param>
    /// <param name="flags">Its flags. Writes to a slot that logs dirty pages are not made here, since KVM's log would not have them:
    /// they go to the bus, as those to a read-only one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range wraps.</exception>
    /// <exception cref="ArgumentNullException">A slot that is not removed has no host address, and is no
    /// <see cref="KvmSlotOptions.GuestMemfd"/>.</exception>
    public void Set(uint number, ulong address, ulong size, nint host, KvmSlotOptions flags = KvmSlotOptions.None)
    {
        if (size != 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(address, ulong.MaxValue - size);
            if ((flags & KvmSlotOptions.GuestMemfd) == 0)
            {
                ArgumentNullException.ThrowIfNull((void*)host, nameof(host));
            }
        }

        lock (_writers)
        {
            var slots = new List<Slot>(_slots);
            slots.RemoveAll(slot => slot.Number == number);
            if (size != 0)
            {
                slots.Add(new Slot(number, address, size, host, flags));
            }

            Replace([.. slots]);
        }
    }

    /// <summary>Forgets all slots, when nothing reads or writes them any more.</summary>
    public void Clear()
    {
        lock (_writers)
        {
            Replace([]);
        }
    }

    /// <inheritdoc/>
    public bool Contains(ulong physicalAddress, bool write)
    {
        foreach (Slot slot in Volatile.Read(ref _slots))
        {
            if (physicalAddress - slot.Address < slot.Size)
            {
                return !write || slot.IsWritable;
            }
        }

        return false;
    }

    /// <summary>Reads guest memory. A naturally aligned read of 1, 2, 4 or 8 bytes is a single host access, so that
    /// an instruction or a descriptor that another CPU replaces is seen whole.</summary>
    /// <param name="physicalAddress">Guest physical address.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <returns>False if the range does not lie in one slot that the host can see; nothing is read then.</returns>
    public bool TryRead(ulong physicalAddress, Span<byte> destination)
    {
        EnterRead();
        try
        {
            byte* host = Find(physicalAddress, (ulong)destination.Length, write: false);
            if (host is null)
            {
                return false;
            }

            fixed (byte* to = destination)
            {
                switch (destination.Length)
                {
                    case 2 when (physicalAddress & 1) == 0:
                        Unsafe.WriteUnaligned(to, Volatile.Read(ref *(ushort*)host));
                        break;
                    case 4 when (physicalAddress & 3) == 0:
                        Unsafe.WriteUnaligned(to, Volatile.Read(ref *(uint*)host));
                        break;
                    case 8 when (physicalAddress & 7) == 0:
                        Unsafe.WriteUnaligned(to, Volatile.Read(ref *(ulong*)host));
                        break;
                    default:
                        new ReadOnlySpan<byte>(host, destination.Length).CopyTo(destination);
                        break;
                }
            }

            return true;
        }
        finally
        {
            ExitRead();
        }
    }

    /// <summary>Writes guest memory; naturally aligned writes of 1, 2, 4 or 8 bytes are single host accesses.</summary>
    /// <param name="physicalAddress">Guest physical address.</param>
    /// <param name="source">The bytes.</param>
    /// <returns>False if the range does not lie in one slot that can be written; nothing is written then.</returns>
    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source)
    {
        EnterRead();
        try
        {
            byte* host = Find(physicalAddress, (ulong)source.Length, write: true);
            if (host is null)
            {
                return false;
            }

            fixed (byte* from = source)
            {
                switch (source.Length)
                {
                    case 2 when (physicalAddress & 1) == 0:
                        Volatile.Write(ref *(ushort*)host, Unsafe.ReadUnaligned<ushort>(from));
                        break;
                    case 4 when (physicalAddress & 3) == 0:
                        Volatile.Write(ref *(uint*)host, Unsafe.ReadUnaligned<uint>(from));
                        break;
                    case 8 when (physicalAddress & 7) == 0:
                        Volatile.Write(ref *(ulong*)host, Unsafe.ReadUnaligned<ulong>(from));
                        break;
                    default:
                        source.CopyTo(new Span<byte>(host, source.Length));
                        break;
                }
            }

            return true;
        }
        finally
        {
            ExitRead();
        }
    }

    /// <inheritdoc/>
    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous)
    {
        EnterRead();
        try
        {
            byte* host = (physicalAddress & (sizeof(ulong) - 1)) == 0 ? Find(physicalAddress, sizeof(ulong), write: true) : null;
            previous = host is null ? 0 : Interlocked.CompareExchange(ref *(ulong*)host, replacement, comparand);
            return host is not null;
        }
        finally
        {
            ExitRead();
        }
    }

    /// <summary>Where the host has a guest physical range: null unless one slot holds it. Only while no slot is replaced.</summary>
    internal byte* Find(ulong address, ulong length, bool write)
    {
        foreach (Slot slot in Volatile.Read(ref _slots))
        {
            ulong offset = address - slot.Address;
            if (offset < slot.Size && length <= slot.Size - offset)
            {
                return slot.Host != 0 && (!write || slot.IsWritable) ? (byte*)slot.Host + offset : null;
            }
        }

        return null;
    }

    // Readers count themselves and look whether the table is closed; who closes it looks whether any are left. Each does the first
    // with a full fence before the second.
    private void EnterRead()
    {
        while (true)
        {
            Interlocked.Increment(ref _readers);
            if (Volatile.Read(ref _closed) == 0)
            {
                return;
            }

            Interlocked.Decrement(ref _readers);
            var wait = default(SpinWait);
            while (Volatile.Read(ref _closed) != 0)
            {
                wait.SpinOnce();
            }
        }
    }

    private void ExitRead() => Interlocked.Decrement(ref _readers);

    private void Replace(Slot[] slots)
    {
        Interlocked.Exchange(ref _closed, 1);
        var wait = default(SpinWait);
        while (Volatile.Read(ref _readers) != 0)
        {
            wait.SpinOnce();
        }

        Volatile.Write(ref _slots, slots);
        Volatile.Write(ref _closed, 0);
    }

    private readonly record struct Slot(uint Number, ulong Address, ulong Size, nint Host, KvmSlotOptions Flags)
    {
        public bool IsWritable => (Flags & (KvmSlotOptions.ReadOnly | KvmSlotOptions.LogDirtyPages)) == 0;
    }
}
