using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>A64: addresses, and what each kind of instruction does before and after its transactions.</content>
public sealed partial class AccessPlan
{
    // PSTATE.BTYPE and PSTATE.SS become 0 when an instruction completes (Arm ARM, sections D8.4.7 and D2.12).
    private const uint ClearedByCompletion = (3u << 10) | (1u << 21);

    private bool IsSystemInstruction => _access.Opcode >> 24 == 0xD5;

    private EmulationStatus PrepareA64(IGuestRegisters registers)
    {
        if (_options.Unpredictable != UnpredictablePolicy.Perform && _access.IsUnpredictable)
        {
            return _options.Unpredictable == UnpredictablePolicy.Undefined
                ? Raise(EmulationFault.Exception(FaultReason.UndefinedInstruction))
                : Refuse(NotEmulatedReason.ConstrainedUnpredictable);
        }

        if (_access.RegisterFile > RegisterFile.SimdAndFloatingPoint)
        {
            return Unsupported(NotEmulatedReason.Scalable);
        }

        switch (_access.Kind)
        {
            case AccessKind.Load:
                return PrepareLoad(registers);
            case AccessKind.Store:
                return PrepareStore(registers);
            case AccessKind.LoadExclusive:
            case AccessKind.StoreExclusive:
                return PrepareExclusive(registers);
            case AccessKind.ReadModifyWrite:
            case AccessKind.CompareAndSwap:
                return PrepareAtomic(registers);
            case AccessKind.Prefetch:
                return _status;
            case AccessKind.CacheMaintenance:
                _address = GetX(registers, _access.Rt);
                return _options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? _status : Refuse(NotEmulatedReason.CacheMaintenance);
            case AccessKind.ZeroBlock:
                return PrepareBlock(registers);
            case AccessKind.TagLoad:
            case AccessKind.TagStore:
                return IsSystemInstruction ? PrepareBlock(registers) : PrepareTags(registers);
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                return PrepareMemoryCopyOrSet(registers);
            case AccessKind.GuardedControlStack:
                return Unsupported(NotEmulatedReason.GuardedControlStack);
            default:
                return Refuse(NotEmulatedReason.NotMemoryAccess);
        }
    }

    private EmulationStatus PrepareLoad(IGuestRegisters registers)
    {
        if (ComputeAddress(registers) && CheckAlignment())
        {
            if (IsSixtyFourBytes)
            {
                return BeginSixtyFourBytes(Phase.Read);
            }

            Begin(Phase.Read);
        }

        return _status;
    }

    private EmulationStatus PrepareStore(IGuestRegisters registers)
    {
        if (ComputeAddress(registers) && CheckAlignment())
        {
            GatherData(registers);
            if (IsSixtyFourBytes)
            {
                return BeginSixtyFourBytes(Phase.Write);
            }

            // STILP with writeback stores Rt2, the higher one, first (Arm ARM, description of STILP).
            _descending = (_access.Properties & AccessProperties.Release) != 0 && _access.AddressingMode == AddressingMode.PreIndex && _count == 2;
            Begin(Phase.Write);
        }

        return _status;
    }

    private void EndPhase()
    {
        Phase ended = _phase;
        _phase = Phase.None;
        switch (_access.Kind)
        {
            case AccessKind.Load:
            case AccessKind.LoadExclusive:
            case AccessKind.StoreExclusive:
                break;
            case AccessKind.Store:
            case AccessKind.ZeroBlock:
            case AccessKind.TagStore:
                if (ended == Phase.Write)
                {
                    BeginTagsAfterData();
                }

                break;
            case AccessKind.ReadModifyWrite:
            case AccessKind.CompareAndSwap:
                if (ended == Phase.Read)
                {
                    ModifyAndWrite();
                }

                break;
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                EndMemoryCopyOrSetPhase(ended);
                break;
            default:
                break;
        }
    }

    private void CommitA64(IGuestRegisters registers)
    {
        switch (_access.Kind)
        {
            case AccessKind.Load:
                ScatterData(registers);
                break;
            case AccessKind.LoadExclusive:
                ScatterData(registers);
                _monitor.Mark(RemoveTag(_address), _access.TotalSize);
                break;
            case AccessKind.StoreExclusive:
                _monitor.Clear();
                SetX(registers, _access.Rs, _storeFailed ? 1u : 0u);
                break;
            case AccessKind.Store when _access.Operation == AccessOperation.StoreWithStatus:
                SetX(registers, _access.Rs, _first);
                break;
            case AccessKind.ReadModifyWrite:
            case AccessKind.CompareAndSwap:
                CommitAtomic(registers);
                break;
            case AccessKind.TagLoad:
                CommitTagLoad(registers);
                break;
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                if (!CommitMemoryCopyOrSet(registers))
                {
                    return;
                }

                break;
            default:
                break;
        }

        if (_access.Writeback)
        {
            SetBase(registers, _writeback);
        }

        registers.Pc += 4;
        uint state = registers.PState;
        if ((state & ClearedByCompletion) != 0)
        {
            registers.PState = state & ~ClearedByCompletion;
        }

        _status = EmulationStatus.Completed;
    }

    // False after a fault.
    private bool ComputeAddress(IGuestRegisters registers)
    {
        if (_access.AddressingMode == AddressingMode.Literal)
        {
            _address = registers.Pc + (ulong)_access.Offset;
            SetElements();
            return true;
        }

        int number = _access.Rn;
        ulong address = number == ZeroRegister ? registers.Sp : registers.GetX(number);
        if (number == ZeroRegister && _options.CheckStackPointerAlignment && (address & 15) != 0)
        {
            Raise(EmulationFault.Exception(FaultReason.StackPointerAlignment));
            return false;
        }

        if ((_access.Properties & AccessProperties.Authenticated) != 0 && !Authenticate(ref address))
        {
            return false;
        }

        ulong moved = address + (_access.HasIndex ? GetIndex(registers) : (ulong)_access.Offset);
        _address = _access.AddressingMode == AddressingMode.PostIndex ? address : moved;
        _writeback = moved;
        SetElements();
        return true;
    }

    private void SetElements()
    {
        _count = _access.ElementCount;
        _sizeLog2 = _access.ElementSizeLog2;
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

    // M (bit 23) selects key B.
    private bool Authenticate(ref ulong address)
    {
        bool useKeyB = (_access.Opcode & (1u << 23)) != 0;
        if (_authentication is null)
        {
            // As XPACD: the code's bits become copies of bit 55, and so does the top byte unless it is ignored.
            ulong code = ulong.MaxValue << _options.VirtualAddressBits;
            code &= _options.TopByteIgnored ? ulong.MaxValue >> 8 : ulong.MaxValue;
            address = (address & (1ul << 55)) != 0 ? address | code : address & ~code;
            return true;
        }

        if (_authentication.TryAuthenticateData(address, useKeyB, out address))
        {
            return true;
        }

        // ISS of EC 0x1C: bit 1 is 1 for data keys, bit 0 is 1 for key B.
        Raise(EmulationFault.Exception(FaultReason.PointerAuthentication, useKeyB ? 3u : 2u));
        return false;
    }

    // Acquire, release, exclusives, atomics and 64-byte accesses need alignment whatever SCTLR_ELx.A says: a library that does
    // not know the memory type takes it for Device memory, where FEAT_LSE2 does not relax this (Arm ARM, section B2.9.2).
    // Exclusives and atomics are aligned to their whole size, pairs of the others to one element. STGP needs the alignment of
    // the granule that it tags.
    private bool CheckAlignment()
    {
        const AccessProperties Strict = AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release | AccessProperties.WritesTags;
        int alignment = _access.ElementSize;
        bool strict = (_access.Properties & Strict) != 0;
        if (_access.Kind is not (AccessKind.Load or AccessKind.Store) || IsSixtyFourBytes)
        {
            alignment = _access.TotalSize;
            strict = true;
        }
        else if ((_access.Properties & AccessProperties.WritesTags) != 0)
        {
            alignment = TagGranule;
        }

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
