using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>A32 and T32: conditions, addresses, and what each kind of instruction does before and after its transactions.</content>
public sealed partial class AccessPlan
{
    private const int StackPointer32 = 13;
    private const int LinkRegister32 = 14;
    private const int ProgramCounter32 = 15;
    private const int WordSizeLog2 = 2;
    private const uint CpsrMode = 0x1F;
    private const uint CpsrT = 1u << 5;
    private const uint CpsrE = 1u << 9;
    private const uint CpsrSS = 1u << 21;

    private bool _skipped;
    private bool _storeFailed;
    private uint _cpsr;

    private EmulationStatus PrepareAArch32(IGuestRegisters registers)
    {
        _cpsr = (uint)registers.PState;
        _skipped = !ConditionHolds(CurrentCondition(), _cpsr);
        if (_skipped)
        {
            return _status;
        }

        if (_options.Unpredictable != UnpredictablePolicy.Perform && _access.IsUnpredictable)
        {
            return Unpredictable();
        }

        // CPSR.E is what decides in AArch32; an embedder that knows better may say so too.
        if ((_cpsr & CpsrE) != 0)
        {
            _bigEndian = true;
        }

        switch (_access.Kind)
        {
            case AccessKind.Load:
            case AccessKind.Store:
                return PrepareTransfer32(registers);
            case AccessKind.LoadExclusive:
            case AccessKind.StoreExclusive:
                return PrepareExclusive32(registers);
            case AccessKind.Prefetch:
                return _status;
            case AccessKind.CacheMaintenance:
                _address = GetR(registers, _access.Rn);
                _count = 1;
                _sizeLog2 = 0;
                return _options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? _status : Refuse(NotEmulatedReason.CacheMaintenance);
            default:
                return Refuse(NotEmulatedReason.NotMemoryAccess);
        }
    }

    private EmulationStatus PrepareTransfer32(IGuestRegisters registers)
    {
        if (IsUndefinedInMode())
        {
            return Undefined();
        }

        if (_access.RegisterFile == RegisterFile.System && registers is not IDebugTransferRegisters)
        {
            return Unsupported(NotEmulatedReason.DebugTransfer);
        }

        ComputeAddress32(registers);
        if (!CheckAlignment32())
        {
            return _status;
        }

        if (_access.Kind == AccessKind.Load)
        {
            Begin(Phase.Read);
        }
        else
        {
            GatherData32(registers);
            Begin(Phase.Write);
        }

        return EndWhenEmpty();
    }

    private EmulationStatus PrepareExclusive32(IGuestRegisters registers)
    {
        ComputeAddress32(registers);
        if (!CheckAlignment32())
        {
            return _status;
        }

        if (_options.Exclusives == ExclusivePolicy.Fault)
        {
            return RaiseDataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, _address, _access.IsWrite);
        }

        if (_access.Kind == AccessKind.LoadExclusive)
        {
            Begin(Phase.Read);
            return _status;
        }

        _storeFailed = _options.Exclusives == ExclusivePolicy.Perform && !_monitor.Covers(_address, _access.TotalSize);
        if (!_storeFailed)
        {
            GatherData32(registers);
            Begin(Phase.Write);
        }

        return _status;
    }

    // A list without registers, which is UNPREDICTABLE, transfers nothing.
    private EmulationStatus EndWhenEmpty()
    {
        if (_count == 0)
        {
            _phase = Phase.None;
        }

        return _status;
    }

    private EmulationStatus Undefined() => RaiseException(FaultReason.UndefinedInstruction);

    // What is UNDEFINED, or UNPREDICTABLE with UNDEFINED among the permitted behaviours, in the current mode: user-bank
    // transfers and exception returns in User and Hyp mode; whatever needs an SPSR also in System mode; SRS to the stack of a
    // mode that EL1 does not have (Arm ARM, descriptions of LDM and STM (User registers), LDM (exception return), RFE, SRS).
    private bool IsUndefinedInMode()
    {
        int mode = (int)(_cpsr & CpsrMode);
        bool user = mode is AArch32RegisterView.UserMode or AArch32RegisterView.HypMode;
        return _access.Operation switch
        {
            AccessOperation.StoreReturnState => user || mode == AArch32RegisterView.SystemMode || !IsModeOfEL1(_access.Opcode),
            AccessOperation.ExceptionReturn => user || (mode == AArch32RegisterView.SystemMode && _access.RegisterFile == RegisterFile.General),
            _ => user && (_access.NamedProperties & AccessProperties.UserBank) != 0,
        };
    }

    private static bool IsModeOfEL1(uint mode) => (mode & CpsrMode) is AArch32RegisterView.UserMode or AArch32RegisterView.FiqMode
        or AArch32RegisterView.IrqMode or AArch32RegisterView.SupervisorMode or AArch32RegisterView.AbortMode
        or AArch32RegisterView.UndefinedMode or AArch32RegisterView.SystemMode;

    private void ComputeAddress32(IGuestRegisters registers)
    {
        uint address;
        if (_access.AddressingMode == AddressingMode.Reported)
        {
            address = (uint)_reported;
        }
        else if (_access.AddressingMode == AddressingMode.Literal || (_access.Rn == ProgramCounter32 && _access.RegisterFile == RegisterFile.SimdAndFloatingPoint))
        {
            address = ReadProgramCounter(registers) & ~3u;
        }
        else if (_access.Operation == AccessOperation.StoreReturnState)
        {
            address = GetR(registers, StackPointer32, _access.Opcode);
        }
        else
        {
            address = GetR(registers, _access.Rn);
        }

        uint index = _access.HasIndex ? GetIndex32(registers) : 0;
        bool postIndexed = _access.AddressingMode == AddressingMode.PostIndex;
        _address = address + (uint)_access.StartOffset + (postIndexed ? 0 : index);
        _address = (uint)_address;
        _writeback = address + (uint)_access.Offset + index;

        // The architecture accesses doublewords as two words (Arm ARM, section E2.2.1).
        _sizeLog2 = _access.ElementSizeLog2 > WordSizeLog2 ? WordSizeLog2 : _access.ElementSizeLog2;
        _count = _access.ElementCount << (_access.ElementSizeLog2 - _sizeLog2);
    }

    private uint GetIndex32(IGuestRegisters registers)
    {
        uint index = GetR(registers, _access.Rm);
        int amount = _access.IndexShift;
        index = _access.IndexExtend switch
        {
            IndexExtend.Lsr => amount == 32 ? 0 : index >> amount,
            IndexExtend.Asr => (uint)((int)index >> (amount == 32 ? 31 : amount)),
            IndexExtend.Ror => (index >> amount) | (index << (32 - amount)),
            IndexExtend.Rrx => (index >> 1) | ((_cpsr << 2) & 0x80000000),
            _ => index << amount,
        };
        return (_access.NamedProperties & AccessProperties.SubtractIndex) != 0 ? (uint)-(int)index : index;
    }

    // Multiple and dual accesses, exclusives, acquire and release, and those of floating-point registers need alignment
    // whatever SCTLR.A says; structures the alignment that they ask for (Arm ARM, section E2.4.1, "Unaligned data access").
    private bool CheckAlignment32()
    {
        const AccessProperties Ordered = AccessProperties.Acquire | AccessProperties.Release;
        int alignment = _access.ElementSize;
        bool strict;
        if (_access.RegisterFile == RegisterFile.SimdAndFloatingPoint && _access.Shape != TransferShape.OnePerRegister)
        {
            strict = _access.StructureAlignment > 1;
            alignment = strict ? _access.StructureAlignment : alignment;
        }
        else if (_access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive)
        {
            strict = true;
            alignment = _access.TotalSize;
        }
        else
        {
            strict = (_access.NamedProperties & Ordered) != 0 || _access.RegisterFile != RegisterFile.General
                || _access.Layout != RegisterLayout.Consecutive;
            strict &= _access.Operation != AccessOperation.TableBranch;
            alignment = 1 << _sizeLog2;
        }

        if ((_address & (ulong)(alignment - 1)) == 0 || (_options.Unaligned != UnalignedPolicy.Fault && !strict))
        {
            return true;
        }

        RaiseDataAbort(FaultStatusCode.Alignment, _address, _access.IsWrite);
        return false;
    }

    private void CommitAArch32(IGuestRegisters registers)
    {
        _status = EmulationStatus.Completed;
        uint next = (uint)(registers.Pc + (uint)_access.Length);
        uint cpsr = AdvanceState(_cpsr);
        if (_skipped)
        {
            registers.Pc = next;
            SetCpsr(registers, cpsr);
            return;
        }

        if (_access.Writeback)
        {
            SetR(registers, _access.Rn, (uint)_writeback, _access.Operation == AccessOperation.StoreReturnState ? _access.Opcode : _cpsr);
        }

        switch (_access.Kind)
        {
            case AccessKind.Load when _access.Operation == AccessOperation.TableBranch:
                next = ReadProgramCounter(registers) + (2 * (uint)GetElement(0));
                break;
            case AccessKind.Load when _access.Operation == AccessOperation.ExceptionReturn:
                ScatterData32(registers, ref next);
                cpsr = _access.RegisterFile == RegisterFile.General ? SavedState(registers) : (uint)GetElement(1);
                next = _access.RegisterFile == RegisterFile.General ? next : (uint)GetElement(0);
                ReturnFromException(ref next, ref cpsr);
                break;
            case AccessKind.Load:
                if (ScatterData32(registers, ref next))
                {
                    Interwork(ref next, ref cpsr);
                }

                break;
            case AccessKind.LoadExclusive:
                ScatterData32(registers, ref next);
                _monitor.Mark(_address, _access.TotalSize);
                break;
            case AccessKind.Store when _access.RegisterFile == RegisterFile.System:
                ((IDebugTransferRegisters)registers).Acknowledge();
                break;
            case AccessKind.StoreExclusive:
                _monitor.Clear();
                SetR(registers, _access.Rs, _storeFailed ? 1u : 0u, _cpsr);
                break;
        }

        registers.Pc = next;
        SetCpsr(registers, cpsr);
    }

    private void SetCpsr(IGuestRegisters registers, uint cpsr)
    {
        if (cpsr != _cpsr)
        {
            registers.PState = (registers.PState & ~(ulong)uint.MaxValue) | cpsr;
        }
    }

    // ITSTATE is that of the register, whatever the opcode was decoded with.
    private int CurrentCondition() =>
        _access.InstructionSet == InstructionSet.T32 ? ItState.FromCpsr(_cpsr).Condition : _access.Condition;

    // PSTATE.IT moves on to the next instruction, and PSTATE.SS becomes 0.
    private uint AdvanceState(uint cpsr)
    {
        cpsr &= ~CpsrSS;
        return _access.InstructionSet == InstructionSet.T32 ? ItState.FromCpsr(cpsr).Advance().ToCpsr(cpsr) : cpsr;
    }

    // Bits 3:1 of the condition select flags, bit 0 inverts (Arm ARM, ConditionHolds); 14 and 15 always hold.
    private static bool ConditionHolds(int condition, uint cpsr)
    {
        bool n = (cpsr & (1u << 31)) != 0;
        bool z = (cpsr & (1u << 30)) != 0;
        bool c = (cpsr & (1u << 29)) != 0;
        bool v = (cpsr & (1u << 28)) != 0;
        bool holds = (condition >> 1) switch
        {
            0 => z,
            1 => c,
            2 => n,
            3 => v,
            4 => c && !z,
            5 => n == v,
            6 => n == v && !z,
            _ => true,
        };
        return holds != ((condition & 1) != 0 && condition != 15);
    }

    // A load to PC selects the instruction set by bit 0 (Arm ARM, BXWritePC). With bits 1:0 = 10 PC stays unaligned, so that
    // the guest takes a PC alignment fault: the architecture permits that or forces the alignment.
    private static void Interwork(ref uint pc, ref uint cpsr)
    {
        bool thumb = (pc & 1) != 0;
        pc &= ~1u;
        cpsr = thumb ? cpsr | CpsrT : cpsr & ~CpsrT;
    }

    // Arm ARM, AArch32.ExceptionReturn and SetPSTATEFromPSR. A return to a mode that EL1 does not have is illegal: the mode and
    // the instruction set stay and PSTATE.IL becomes 1.
    private void ReturnFromException(ref uint pc, ref uint cpsr)
    {
        const uint Reserved = 1u << 24;
        const uint IL = 1u << 20;
        cpsr &= ~Reserved;
        if (!IsModeOfEL1(cpsr))
        {
            const uint Kept = CpsrMode | CpsrT;
            cpsr = (cpsr & ~Kept) | (_cpsr & Kept) | IL;
        }

        bool thumb = (cpsr & CpsrT) != 0;
        cpsr = (thumb ? ItState.FromCpsr(cpsr) : ItState.None).ToCpsr(cpsr);
        pc &= thumb ? ~1u : ~3u;
        _monitor.Clear();
    }

    private uint SavedState(IGuestRegisters registers) => (uint)registers.GetSystemRegister((_cpsr & CpsrMode) switch
    {
        AArch32RegisterView.FiqMode => SystemRegister.SpsrFiq,
        AArch32RegisterView.IrqMode => SystemRegister.SpsrIrq,
        AArch32RegisterView.AbortMode => SystemRegister.SpsrAbt,
        AArch32RegisterView.UndefinedMode => SystemRegister.SpsrUnd,
        _ => SystemRegister.SpsrSvc,
    });
}
