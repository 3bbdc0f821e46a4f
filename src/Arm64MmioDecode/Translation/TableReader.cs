using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Translation;

/// <summary>Reads the descriptors of one translation, tells the caller of each, and keeps what hardware would change.</summary>
internal ref struct TableReader
{
    private readonly IGuestMemory _memory;
    private readonly Span<TableLookup> _lookups;

    /// <summary>Where to make the changes; null to leave them alone.</summary>
    private readonly IAtomicGuestMemory? _updated;

    private readonly RecentTranslation? _noted;

    public TableReader(IGuestMemory memory, RecentTranslation noted)
        : this(memory) => _noted = noted;

    public TableReader(IGuestMemory memory, Span<TableLookup> lookups = default, IAtomicGuestMemory? updated = null)
    {
        _memory = memory;
        _lookups = lookups;
        _updated = updated;
        Count = 0;
        FaultIpa = 0;
        PendingUpdates = DescriptorUpdates.None;
    }

    /// <summary>The descriptors that have been read.</summary>
    public int Count { get; private set; }

    /// <summary>The address that stage 2 was to translate, after a stage 2 fault.</summary>
    public ulong FaultIpa { get; set; }

    /// <summary>What hardware would change, and has not been changed.</summary>
    public DescriptorUpdates PendingUpdates { get; private set; }

    /// <summary>Reads a 64-bit descriptor.</summary>
    public bool TryRead(int stage, int level, ulong address, bool bigEndian, out ulong descriptor)
    {
        bool read = _noted is null ? TryRead(address, out descriptor) : _noted.TryRead(_memory, address, out descriptor);
        if (!read)
        {
            descriptor = 0;
        }
        else if (bigEndian == BitConverter.IsLittleEndian)
        {
            descriptor = BinaryPrimitives.ReverseEndianness(descriptor);
        }

        Note(stage, level, address, descriptor, read);
        return read;
    }

    private readonly bool TryRead(ulong address, out ulong raw)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        bool read = _memory.TryRead(address, bytes);
        raw = MemoryMarshal.Read<ulong>(bytes);
        return read;
    }

    /// <summary>Reads a short descriptor.</summary>
    public bool TryRead(int level, ulong address, bool bigEndian, out uint descriptor)
    {
        Span<byte> bytes = stackalloc byte[4];
        bool read = _memory.TryRead(address, bytes);
        descriptor = !read ? 0 : bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint raw = MemoryMarshal.Read<uint>(bytes);
        _noted?.Note(address, bytes.Length, BitConverter.IsLittleEndian ? raw : (ulong)raw << 32);
        Note(1, level, address, descriptor, read);
        return read;
    }

    /// <summary>Says what the descriptor that was read last is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Says(TableLookupKind kind)
    {
        if ((uint)(Count - 1) < (uint)_lookups.Length)
        {
            _lookups[Count - 1] = _lookups[Count - 1].As(kind);
        }
    }

    /// <summary>Makes a change as hardware does, if the descriptor is still what was read, or notes that it has not been made.</summary>
    public void Change(ulong address, ulong descriptor, ulong changed, bool bigEndian, DescriptorUpdates updates)
    {
        if (_updated is null || !TryReplace(address, descriptor, changed, bigEndian))
        {
            PendingUpdates |= updates;
        }

        for (int i = Math.Min(Count, _lookups.Length) - 1; i >= 0; i--)
        {
            if (_lookups[i].Address == address && _lookups[i].Descriptor == descriptor)
            {
                _lookups[i] = _lookups[i].With(updates);
                break;
            }
        }
    }

    private readonly bool TryReplace(ulong address, ulong descriptor, ulong changed, bool bigEndian)
    {
        if (bigEndian)
        {
            descriptor = BinaryPrimitives.ReverseEndianness(descriptor);
            changed = BinaryPrimitives.ReverseEndianness(changed);
        }

        return _updated!.TryCompareExchange(address, descriptor, changed, out ulong previous) && previous == descriptor;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Note(int stage, int level, ulong address, ulong descriptor, bool read)
    {
        if ((uint)Count < (uint)_lookups.Length)
        {
            _lookups[Count] = new TableLookup(stage, level, address, descriptor, read ? TableLookupKind.Invalid : TableLookupKind.Unreadable);
        }

        Count++;
    }
}
