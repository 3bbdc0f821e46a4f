using System;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>The addresses that an instruction touches.</content>
public sealed partial class AccessPlan
{
    /// <summary>
    /// Number of address ranges that the instruction touches: 0 when it accesses nothing, otherwise 1; 2 for a memory copy, the
    /// source first; as many as there are elements, up to 1024, for SVE and SME accesses whose active elements do not lie one after the other.
    /// Meaningful from <see cref="Prepare(in AccessDescriptor, IGuestRegisters, in EmulationOptions)"/> until the
    /// first transaction is completed. A range of a memory copy or set is what this plan transfers, at most
    /// <see cref="EmulationOptions.CopyLimit"/> bytes; others have at most 2048.
    /// </summary>
    public int RangeCount => _plainMask != 0 || _family == _transfers ? 1 : _family.RangeCount;

    /// <summary>
    /// Number of ranges, from the first one on, in which the instruction can fault: one for a first-fault load, none for a non-fault load.
    /// </summary>
    internal int FaultingRangeCount => Math.Min(RangeCount, _sequence.NonFaultFrom);

    /// <summary>The one range of a load or store of registers one after the other in memory, in parts that travel in registers.</summary>
    /// <returns>Whether the instruction is one; what it does to the range is in its descriptor.</returns>
    internal bool TryGetTransfer(out ulong address, out ulong length, out ulong mask)
    {
        address = _sequence.Path.RemoveTag(_sequence.Address);
        length = _sequence.TotalSize;
        mask = _sequence.Path.AddressMask;
        return _family == _transfers
            || (_family == _families.AArch32 && length != 0 && _emulated.Access.Kind is AccessKind.Load or AccessKind.Store);
    }

    /// <summary>A range of addresses that the instruction touches, for comparison with what an exit reports.</summary>
    /// <param name="index">0 to <see cref="RangeCount"/> − 1.</param>
    /// <returns>The range. Cache maintenance touches the one byte of its address, and counts as a write as in ESR_ELx.WnR.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the range.</exception>
    public AddressRange GetRange(int index)
    {
        if (_plainMask != 0 && index == 0)
        {
            return GetPlainRange();
        }

        if (_family == _transfers && index == 0)
        {
            bool isWritten = _emulated.Access.Kind == AccessKind.Store;
            ref readonly DataPath path = ref _sequence.Path;
            return new AddressRange(path.RemoveTag(_sequence.Address), _sequence.TotalSize, path.AddressMask, !isWritten, isWritten, path.IsUnprivileged);
        }

        return (uint)index < (uint)RangeCount ? _family.GetRange(index) : throw new ArgumentOutOfRangeException(nameof(index));
    }
}
