using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>A64: addresses, and what each kind of instruction does before and after its transactions.</content>
public sealed partial class AccessPlan
{
    // PSTATE.BTYPE and PSTATE.SS become 0 when an instruction completes.
    private const ulong ClearedByCompletion = (3ul << 10) | (1ul << 21);
    private const ulong ConditionFlags = 0xFul << 28;

    // DC ZVA, DC GVA, DC GZVA.
    private bool IsBlockOperation => _access.Kind == AccessKind.ZeroBlock || (_access.Kind == AccessKind.TagStore && _access.IsSystemInstruction);

    // The descriptor is read from where the caller has it: it may have been written a moment ago, and reading a copy of it would
    // wait until those writes have left the processor's store buffer.
    private EmulationStatus PrepareA64(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (options.Unpredictable != UnpredictablePolicy.Perform && _access.IsUnpredictable)
        {
            return Unpredictable();
        }

        if (access.RegisterFile > RegisterFile.SimdAndFloatingPoint)
        {
            return Unsupported(NotEmulatedReason.Scalable);
        }

        if (access.Kind is AccessKind.Load or AccessKind.Store)
        {
            return PrepareTransfer(in access, registers);
        }

        switch (access.Kind)
        {
            case AccessKind.LoadExclusive:
            case AccessKind.StoreExclusive:
                return PrepareExclusive(in access, registers);
            case AccessKind.ReadModifyWrite:
            case AccessKind.CompareAndSwap:
                return PrepareAtomic(in access, registers);
            case AccessKind.Prefetch:
                return _status;
            case AccessKind.CacheMaintenance:
                _address = GetX(registers, _access.Rt);
                _count = 1;
                _sizeLog2 = 0;
                return _options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? _status : Refuse(NotEmulatedReason.CacheMaintenance);
            case AccessKind.ZeroBlock:
                return PrepareBlock(registers);
            case AccessKind.TagLoad:
            case AccessKind.TagStore:
                return _access.IsSystemInstruction ? PrepareBlock(registers) : PrepareTags(in access, registers);
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                return PrepareMemoryCopyOrSet(registers);
            case AccessKind.GuardedControlStack:
                return Unsupported(NotEmulatedReason.GuardedControlStack);
            default:
                return Refuse(NotEmulatedReason.NotMemoryAccess);
        }
    }

    private EmulationStatus PrepareTransfer(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (IsSixtyFourBytes(in access))
        {
            return PrepareSixtyFourBytes(in access, registers);
        }

        if (!ComputeAddress(in access, registers) || !CheckAlignmentOfElements(in access))
        {
            return _status;
        }

        if (access.Kind == AccessKind.Load)
        {
            Begin(Phase.Read);
            return _status;
        }

        GatherData(in access, registers);
        // STILP with writeback stores Rt2, the higher one, first (Arm ARM, description of STILP).
        _descending = (access.NamedProperties & AccessProperties.Release) != 0 && access.AddressingMode == AddressingMode.PreIndex && _count == 2;
        Begin(Phase.Write);
        return _status;
    }

    private void EndPhase()
    {
        Phase ended = _phase;
        _phase = Phase.None;
        switch (_access.Kind)
        {
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
        if (_access.Kind == AccessKind.Load)
        {
            ScatterData(registers);
        }
        else if ((_access.Kind != AccessKind.Store || _access.Operation != AccessOperation.None) && !CommitRare(registers))
        {
            return;
        }

        if (_access.Writeback)
        {
            SetBase(registers, _writeback);
        }

        registers.Pc += 4;
        ulong state = registers.PState;
        if ((state & ClearedByCompletion) != 0)
        {
            registers.PState = state & ~ClearedByCompletion;
        }

        _status = EmulationStatus.Completed;
    }

    // What is no plain load or store. False for a memory copy or set of which more is to be done, or that faulted.
    private bool CommitRare(IGuestRegisters registers)
    {
        switch (_access.Kind)
        {
            case AccessKind.LoadExclusive:
                ScatterData(registers);
                if (_count == 2 && _access.Rt == _access.Rt2)
                {
                    // CONSTRAINED UNPREDICTABLE; unlike that of LDP, the second element stays, as on QEMU.
                    SetX(registers, _access.Rt2, Extend(GetElement(1)));
                }

                _monitor.Mark(RemoveTag(_address), _access.TotalSize);
                return true;
            case AccessKind.StoreExclusive:
                _monitor.Clear();
                SetX(registers, _access.Rs, _storeFailed ? 1u : 0u);
                return true;
            case AccessKind.Store when _access.HasStatusRegister:
                SetX(registers, _access.Rs, _first);
                return true;
            case AccessKind.ReadModifyWrite:
            case AccessKind.CompareAndSwap:
                CommitAtomic(registers);
                return true;
            case AccessKind.TagLoad:
                CommitTagLoad(registers);
                return true;
            case AccessKind.MemoryCopy:
            case AccessKind.MemorySet:
                return CommitMemoryCopyOrSet(registers);
            default:
                return true;
        }
    }

    // False after a fault.
    private bool ComputeAddress(in AccessDescriptor access, IGuestRegisters registers)
    {
        ulong address;
        ulong moved;
        if (access.AddressingMode == AddressingMode.Literal)
        {
            address = moved = registers.Pc + (ulong)access.Offset;
        }
        else if (access.AddressingMode == AddressingMode.Reported)
        {
            address = moved = _reported;
        }
        else
        {
            int number = access.Rn;
            address = number == ZeroRegister ? registers.Sp : registers.GetX(number);
            if (number == ZeroRegister && _options.CheckStackPointerAlignment && (address & 15) != 0)
            {
                RaiseException(FaultReason.StackPointerAlignment);
                return false;
            }

            if ((access.NamedProperties & AccessProperties.Authenticated) != 0)
            {
                // A variable of its own: one whose reference is passed on cannot stay in a register.
                if (!Authenticate(address, out ulong authenticated))
                {
                    return false;
                }

                address = authenticated;
            }

            moved = address + (access.HasIndex ? GetIndex(in access, registers) : (ulong)access.Offset);
            address = access.AddressingMode == AddressingMode.PostIndex ? address : moved;
        }

        _address = address;
        _writeback = moved;
        _count = access.ElementCount;
        _sizeLog2 = access.ElementSizeLog2;
        return true;
    }

    private static ulong GetIndex(in AccessDescriptor access, IGuestRegisters registers)
    {
        ulong index = GetX(registers, access.Rm);
        index = access.IndexExtend switch
        {
            IndexExtend.Uxtw => (uint)index,
            IndexExtend.Sxtw => (ulong)(int)index,
            _ => index,
        };
        return index << access.IndexShift;
    }

    // M (bit 23) selects key B.
    private bool Authenticate(ulong signed, out ulong address)
    {
        bool useKeyB = (_access.Opcode & (1u << 23)) != 0;
        if (_authentication is null)
        {
            // As XPACD: the code's bits become copies of bit 55, and so does the top byte unless it is ignored.
            ulong code = ulong.MaxValue << _options.VirtualAddressBits;
            code &= _topByteIgnored ? ulong.MaxValue >> 8 : ulong.MaxValue;
            address = (signed & (1ul << 55)) != 0 ? signed | code : signed & ~code;
            return true;
        }

        if (_authentication.TryAuthenticateData(signed, useKeyB, out address))
        {
            return true;
        }

        // ISS of EC 0x1C: bit 1 is 1 for data keys, bit 0 is 1 for key B.
        RaiseException(FaultReason.PointerAuthentication, useKeyB ? 3u : 2u);
        return false;
    }

    // Acquire, release, exclusives, atomics and 64-byte accesses need alignment whatever SCTLR_ELx.A says: a library that does
    // not know the memory type takes it for Device memory, where FEAT_LSE2 does not relax this (Arm ARM, "Alignment of data accesses").
    // Exclusives, atomics and 64-byte accesses are aligned to their whole size.
    private bool CheckAlignmentOfWhole(in AccessDescriptor access) =>
        (_address & (ulong)(access.TotalSize - 1)) == 0 || RaiseAlignmentFault(in access);

    // The elements of the others are aligned one by one. STGP needs the alignment of the granule that it tags.
    private bool CheckAlignmentOfElements(in AccessDescriptor access)
    {
        const AccessProperties Strict = AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release | AccessProperties.WritesTags;
        AccessProperties properties = access.NamedProperties;
        int alignment = (properties & AccessProperties.WritesTags) != 0 ? TagGranule : 1 << _sizeLog2;
        return (_address & (ulong)(alignment - 1)) == 0
            || ((properties & Strict) == 0 && _options.Unaligned != UnalignedPolicy.Fault)
            || RaiseAlignmentFault(in access);
    }

    // False, for those who check.
    private bool RaiseAlignmentFault(in AccessDescriptor access)
    {
        RaiseDataAbort(FaultStatusCode.Alignment, _address, access.IsWrite);
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
