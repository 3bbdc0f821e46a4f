using System.Collections.Generic;
using Arm64MmioDecode.Kvm;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>arm64mmio_memory: slots that do not overlap, by their address.</summary>
#pragma warning disable CA1416 // The slots are plain memory; only the package that they are in is for Linux.
internal sealed class GuestMemory
{
    private readonly object _lock = new();
    private readonly List<(ulong Address, ulong Length, uint Number)> _slots = [];
    private uint _nextNumber;

    public KvmMemorySlots Slots { get; } = new();

    public int Add(ulong address, nint host, ulong length, bool readOnly)
    {
        if (host == 0 || length == 0 || address > ulong.MaxValue - length)
        {
            return ErrorCode.Argument;
        }

        lock (_lock)
        {
            foreach (var slot in _slots)
            {
                if (address < slot.Address + slot.Length && slot.Address < address + length)
                {
                    return ErrorCode.Overlap;
                }
            }

            uint number = _nextNumber++;
            _slots.Add((address, length, number));
            Slots.Set(number, address, length, host, readOnly ? KvmSlotOptions.ReadOnly : KvmSlotOptions.None);
            return ErrorCode.None;
        }
    }

    public int Remove(ulong address)
    {
        lock (_lock)
        {
            int index = _slots.FindIndex(slot => slot.Address == address);
            if (index < 0)
            {
                return ErrorCode.Argument;
            }

            Slots.Set(_slots[index].Number, 0, 0, 0);
            _slots.RemoveAt(index);
            return ErrorCode.None;
        }
    }
}
