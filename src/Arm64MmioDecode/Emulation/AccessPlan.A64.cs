using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>A64: addresses, and what each kind of instruction does before and after its transactions.</content>
public sealed partial class AccessPlan
{
    // PSTATE.BTYPE and PSTATE.SS become 0 when an instruction completes (Arm ARM, sections D8.4.7 and D2.12).
    private const uint ClearedByCompletion = (3u << 10) | (1u << 21);

    private EmulationStatus PrepareA64(IGuestRegisters registers)
    {
        if (_options.Unpredictable != UnpredictablePolicy.Perform && _access.IsUnpredictable)
        {
            return _options.Unpredictable == UnpredictablePolicy.Undefined
                ? Raise(EmulationFault.Exception(FaultReason.UndefinedInstruction))
                : Refuse(NotEmulatedReason.ConstrainedUnpredictable);
        }

        if (!ComputeAddress(registers))
        {
            return _status;
        }

        _sizeLog2 = _access.ElementSizeLog2;
        switch (_access.Kind)
        {
            case AccessKind.Load when _access.RegisterFile is RegisterFile.General or RegisterFile.SimdAndFloatingPoint:
                if (CheckAlignment())
                {
                    _count = _access.ElementCount;
                    Begin(Phase.Read);
                }

                return _status;
            case AccessKind.Store when _access.RegisterFile is RegisterFile.General or RegisterFile.SimdAndFloatingPoint:
                if (CheckAlignment())
                {
                    _count = _access.ElementCount;
                    GatherData(registers);
                    Begin(Phase.Write);
                }

                return _status;
            case AccessKind.Prefetch:
                return _status;
            case AccessKind.CacheMaintenance:
                return _options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? _status : Refuse(NotEmulatedReason.CacheMaintenance);
            case AccessKind.GuardedControlStack:
                return Unsupported(NotEmulatedReason.GuardedControlStack);
            default:
                return Unsupported(NotEmulatedReason.Scalable);
        }
    }

    private void CommitA64(IGuestRegisters registers)
    {
        if (_access.Kind == AccessKind.Load)
        {
            ScatterData(registers);
        }

        if (_access.Writeback)
        {
            SetBase(registers, _writeback);
        }

        AdvanceA64(registers);
    }

    private static void AdvanceA64(IGuestRegisters registers)
    {
        registers.Pc += 4;
        uint state = registers.PState;
        if ((state & ClearedByCompletion) != 0)
        {
            registers.PState = state & ~ClearedByCompletion;
        }
    }

    private void EndPhase() => _phase = Phase.None;

    private int CountRanges() => _count == 0 ? 0 : 1;

    private AddressRange RangeAt(int index) =>
        new(RemoveTag(_address), (ulong)_count << _sizeLog2, _addressMask, !_access.IsWrite, _access.IsWrite || _access.Kind is AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap);

    // False after a stack pointer or authentication fault.
    private bool ComputeAddress(IGuestRegisters registers)
    {
        if (_access.AddressingMode == AddressingMode.Literal)
        {
            _address = registers.Pc + (ulong)_access.Offset;
            return true;
        }

        int number = _access.Rn;
        ulong address = number == ZeroRegister ? registers.Sp : registers.GetX(number);
        if (number == ZeroRegister && _options.CheckStackPointerAlignment && (address & 15) != 0)
        {
            Raise(EmulationFault.Exception(FaultReason.StackPointerAlignment));
            return false;
        }

        ulong moved = address + (_access.HasIndex ? GetIndex(registers) : (ulong)_access.Offset);
        _address = _access.AddressingMode == AddressingMode.PostIndex ? address : moved;
        _writeback = moved;
        return true;
    }

    private ulong GetIndex(IGuestRegisters registers)
    {
        ulong index = GetX(registers, _access.Rm);
        index = _access.IndexExtend switch
        {
            IndexExtend.Uxtw => (uint)index,
            IndexExtend.Sxtw => (ulong)(int)index,
            _ => index,
        };
        return index << _access.IndexShift;
    }

    // Acquire, release, exclusives, atomics and 64-byte accesses need alignment whatever SCTLR_ELx.A says: a library that does
    // not know the memory type takes it for Device memory, where FEAT_LSE2 does not relax this (Arm ARM, section B2.9.2).
    // STGP needs the alignment of the granule that it tags.
    private bool CheckAlignment()
    {
        const AccessProperties Strict = AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release | AccessProperties.WritesTags;
        bool strict = (_access.Properties & Strict) != 0;
        int alignment = (_access.Properties & AccessProperties.WritesTags) != 0 ? TagGranule : _access.ElementSize;
        if ((_address & (ulong)(alignment - 1)) == 0 || (_options.Unaligned != UnalignedPolicy.Fault && !strict))
        {
            return true;
        }

        RaiseDataAbort(FaultStatusCode.Alignment, _address, _access.IsWrite);
        return false;
    }

    private void SetBase(IGuestRegisters registers, ulong value)
    {
        if (_access.Rn == ZeroRegister)
        {
            registers.Sp = value;
        }
        else
        {
            registers.SetX(_access.Rn, value);
        }
    }

    private static ulong GetX(IGuestRegisters registers, int number) => number == ZeroRegister ? 0 : registers.GetX(number);

    private static void SetX(IGuestRegisters registers, int number, ulong value)
    {
        if (number != ZeroRegister)
        {
            registers.SetX(number, value);
        }
    }
}
