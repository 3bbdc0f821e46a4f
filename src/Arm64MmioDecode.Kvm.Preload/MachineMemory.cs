using System;
using System.Collections.Generic;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm.Preload;

/// <summary>The memory of a virtual CPU's machine, kept as the front has it. What is written where KVM logs dirty pages is noted there.</summary>
internal sealed unsafe class MachineMemory(FrontCpu* front) : IGuestRam, IAtomicGuestMemory
{
    private readonly KvmMemorySlots _slots = new();
    private readonly HashSet<uint> _numbers = [];
    private uint _version;
    private bool _logsWrites;
    private bool _logs;

    /// <summary>Takes over what has changed. The front holds its slots meanwhile.</summary>
    public void Update()
    {
        bool logsWrites = front->LogsWrites != 0;
        if (_version == front->SlotsVersion && _logsWrites == logsWrites)
        {
            return;
        }

        foreach (uint number in _numbers)
        {
            _slots.Set(number, 0, 0, 0);
        }

        _numbers.Clear();
        _logs = false;
        for (uint i = 0; i < front->SlotCount; i++)
        {
            FrontSlot* slot = &front->Slots[i];
            if (Front.IsMemory(slot) == 0)
            {
                continue; // the VMM's to access, at its guest-physical address
            }

            var flags = (KvmSlotOptions)slot->Flags;
            if (logsWrites && (flags & KvmSlotOptions.LogDirtyPages) != 0)
            {
                flags &= ~KvmSlotOptions.LogDirtyPages;
                _logs = true;
            }

            _slots.Set(slot->Number, slot->Address, slot->Size, (nint)slot->Host, flags);
            _numbers.Add(slot->Number);
        }

        _version = front->SlotsVersion;
        _logsWrites = logsWrites;
    }

    public bool Contains(ulong physicalAddress, bool write) => _slots.Contains(physicalAddress, write);

    public bool TryRead(ulong physicalAddress, Span<byte> destination) => _slots.TryRead(physicalAddress, destination);

    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source) =>
        Note(_slots.TryWrite(physicalAddress, source), physicalAddress, source.Length);

    public bool TryCompareExchange(ulong physicalAddress, ulong comparand, ulong replacement, out ulong previous) =>
        Note(_slots.TryCompareExchange(physicalAddress, comparand, replacement, out previous), physicalAddress, sizeof(ulong));

    private bool Note(bool isWritten, ulong address, int length)
    {
        if (isWritten && _logs && length != 0)
        {
            Front.Written(front, address, (uint)length);
        }

        return isWritten;
    }
}
