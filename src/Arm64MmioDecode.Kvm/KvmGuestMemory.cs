using System;
using System.Collections.Generic;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm.Interop;
using Arm64MmioDecode.Translation;
using Microsoft.Win32.SafeHandles;

namespace Arm64MmioDecode.Kvm;

/// <summary>The guest's RAM: KVM memory slots and the host memory behind them. Reads and writes may come from any
/// thread while the guest runs; slots are added, never removed, until <see cref="Dispose"/>.</summary>
public sealed unsafe class KvmGuestMemory : IGuestRam, IAtomicGuestMemory, IDisposable
{
    private readonly SafeFileHandle _machine;
    private readonly KvmMemorySlots _slots = new();
    private readonly List<(nint Host, nuint Size)> _mappings = [];

    internal KvmGuestMemory(SafeFileHandle machine) => _machine = machine;

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

        lock (_mappings)
        {
            var region = new KvmUserspaceMemoryRegion
            {
                Slot = (uint)_mappings.Count,
                GuestPhysicalAddress = address,
                MemorySize = size,
                UserspaceAddress = (ulong)host,
            };
            try
            {
                Libc.Control(_machine, KvmRequest.SetUserMemoryRegion, ref region, "KVM_SET_USER_MEMORY_REGION");
                _mappings.Add(((nint)host, (nuint)size));
            }
            catch
            {
                _ = Libc.UnmapMemory(host, (nuint)size);
                throw;
            }

            _slots.Set(region.Slot, address, size, (nint)host);
        }
    }

    /// <inheritdoc cref="KvmMemorySlots.Contains"/>
    public bool Contains(ulong physicalAddress, bool write) => _slots.Contains(physicalAddress, write);

    /// <summary>The host's view of a guest physical range. The guest may change it at any moment.</summary>
    /// <param name="address">Guest physical address.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>The bytes, or an empty span if they do not lie in one slot.</returns>
    public Span<byte> GetSpan(ulong address, int length)
    {
        byte* host = _slots.Find(address, (ulong)length, write: true);
        return host is null ? default : new Span<byte>(host, length);
    }

    /// <inheritdoc cref="KvmMemorySlots.TryRead"/>
    public bool TryRead(ulong physicalAddress, Span<byte> destination) => _slots.TryRead(physicalAddress, destination);

    /// <inheritdoc cref="KvmMemorySlots.TryWrite"/>
    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source) => _slots.TryWrite(physicalAddress, source);

    /// <inheritdoc/>
    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous) =>
        _slots.TryCompareExchange(physicalAddress, comparand, replacement, out previous);

    /// <summary>Unmaps the host memory. No virtual CPU may run any more.</summary>
    public void Dispose()
    {
        _slots.Clear();
        lock (_mappings)
        {
            foreach ((nint host, nuint size) in _mappings)
            {
                _ = Libc.UnmapMemory((void*)host, size);
            }

            _mappings.Clear();
        }
    }
}
