using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>The addresses that an instruction touches.</content>
public sealed partial class AccessPlan
{
    /// <summary>
    /// Number of address ranges that the instruction touches: 0 when it accesses nothing, otherwise 1; 2 for a memory copy, the
    /// source first. Meaningful from <see cref="Prepare(in AccessDescriptor, IGuestRegisters, in EmulationOptions)"/> until the
    /// first transaction is completed. A range of a memory copy or set is what this plan transfers, at most
    /// <see cref="EmulationOptions.CopyLimit"/> bytes; others have at most 2048.
    /// </summary>
    public int RangeCount => _access.Kind switch
    {
        AccessKind.MemoryCopy => _left == 0 ? 0 : 2,
        AccessKind.MemorySet => _left == 0 ? 0 : 1,
        _ => _count == 0 ? 0 : 1,
    };

    /// <summary>A range of addresses that the instruction touches, for comparison with what an exit reports.</summary>
    /// <param name="index">0 to <see cref="RangeCount"/> − 1.</param>
    /// <returns>The range. Cache maintenance touches the one byte of its address, and counts as a write as in ESR_ELx.WnR.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the range.</exception>
    public AddressRange GetRange(int index)
    {
        if ((uint)index >= (uint)RangeCount)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        switch (_access.Kind)
        {
            case AccessKind.MemoryCopy when index == 0:
                return TransferRange(_source, isWritten: false, IsReadUnprivileged);
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                return TransferRange(_destination, isWritten: true, IsWriteUnprivileged);
            case AccessKind.CacheMaintenance:
                return new AddressRange(RemoveTag(_address), 1, _addressMask, isRead: false, isWritten: true);
            default:
                bool isAtomic = _access.Kind is AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap;
                return new AddressRange(RemoveTag(_address), (ulong)_count << _sizeLog2, _addressMask, !_access.IsWrite, _access.IsWrite || isAtomic, _unprivileged);
        }
    }

    private AddressRange TransferRange(ulong address, bool isWritten, bool isUnprivileged)
    {
        ulong length = Math.Min(_left, (ulong)_options.CopyLimit);
        address += _backward ? _left - length : 0;
        return new AddressRange(RemoveTag(address), length, _addressMask, !isWritten, isWritten, isUnprivileged);
    }
}
