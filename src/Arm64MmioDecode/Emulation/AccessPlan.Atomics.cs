using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>Exclusives, atomics and 64-byte accesses.</content>
public sealed partial class AccessPlan
{
    // Operands of an atomic (new values of a compare and swap), what they are compared with, and what memory held before.
    private ulong _operand;
    private ulong _operandHigh;
    private ulong _comparand;
    private ulong _comparandHigh;
    private ulong _first;
    private ulong _second;
    private ulong _control;
    private ReadCheckWrite _check;

    private static bool IsSixtyFourBytes(in AccessDescriptor access) => access.ElementCount == 8 && access.RegisterFile == RegisterFile.General;

    // RCWS forms have bit 30 set; it makes the checks with RCWSMASK_EL1.
    private bool IsSoftwareCheck => (_access.Opcode & (1u << 30)) != 0;

    private EmulationStatus PrepareExclusive(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (!ComputeAddress(in access, registers) || !CheckAlignmentOfWhole(in access))
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

        _storeFailed = _options.Exclusives == ExclusivePolicy.Perform && !_monitor.Covers(RemoveTag(_address), _access.TotalSize);
        if (!_storeFailed)
        {
            GatherData(in access, registers);
            Begin(Phase.Write);
        }

        return _status;
    }

    private EmulationStatus PrepareAtomic(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (!ComputeAddress(in access, registers) || !CheckAlignmentOfWhole(in access))
        {
            return _status;
        }

        if (_options.Atomics == AtomicPolicy.Fault)
        {
            return RaiseDataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, _address, _access.IsWrite);
        }

        GatherOperands(registers);
        if ((_access.NamedProperties & AccessProperties.ReadCheckWrite) != 0)
        {
            _check = ReadCheckWrite.Create(registers, _count == 2, IsSoftwareCheck, _options.ProtectionEnabled);
        }
        else if (_access.RegisterFile == RegisterFile.SimdAndFloatingPoint)
        {
            _control = registers.GetSystemRegister(SystemRegister.Fpcr);
        }

        Begin(Phase.Read);
        return _status;
    }

    private void GatherOperands(IGuestRegisters registers)
    {
        if (_access.RegisterFile == RegisterFile.SimdAndFloatingPoint)
        {
            registers.GetV(_access.Rs, out _operand, out _);
            return;
        }

        switch (_access.Kind, _count)
        {
            case (AccessKind.CompareAndSwap, 1):
                _comparand = GetX(registers, _access.Rs);
                _operand = GetX(registers, _access.Rt);
                break;
            case (AccessKind.CompareAndSwap, _):
                _comparand = GetX(registers, _access.Rs);
                _comparandHigh = GetX(registers, _access.Rs + 1);
                _operand = GetX(registers, _access.Rt);
                _operandHigh = GetX(registers, _access.Rt + 1);
                break;
            case (_, 1):
                _operand = GetX(registers, _access.Rs);
                break;
            default:
                _operand = GetX(registers, _access.Rt);
                _operandHigh = GetX(registers, _access.Rt2);
                break;
        }
    }

    // Between the read and the write of an atomic.
    private void ModifyAndWrite()
    {
        ulong mask = ulong.MaxValue >> (64 - (8 << _sizeLog2));
        bool pair = _count == 2;
        _first = GetElement(0);
        _second = pair ? GetElement(1) : 0;
        ulong low = Modify(_first, _operand & mask);
        ulong high = pair ? Modify(_second, _operandHigh & mask) : 0;
        bool equal = _access.Kind != AccessKind.CompareAndSwap
            || (_first == (_comparand & mask) && (!pair || _second == (_comparandHigh & mask)));
        if ((_access.NamedProperties & AccessProperties.ReadCheckWrite) != 0)
        {
            // A big-endian 128-bit value has its more significant half at the lower address.
            bool swapped = pair && _bigEndian;
            equal = swapped
                ? _check.Check(equal, _second, _first, high, low)
                : _check.Check(equal, _first, _second, low, high);
        }

        if (!equal)
        {
            return;
        }

        SetElement(0, low);
        if (pair)
        {
            SetElement(1, high);
        }

        Begin(Phase.Write);
    }

    private ulong Modify(ulong value, ulong operand)
    {
        int unused = 64 - (8 << _sizeLog2);
        switch (_access.Operation)
        {
            case AccessOperation.Add:
                return value + operand;
            case AccessOperation.BitClear:
                return value & ~operand;
            case AccessOperation.ExclusiveOr:
                return value ^ operand;
            case AccessOperation.BitSet:
                return value | operand;
            case AccessOperation.SignedMaximum:
                return (long)(value << unused) > (long)(operand << unused) ? value : operand;
            case AccessOperation.SignedMinimum:
                return (long)(value << unused) > (long)(operand << unused) ? operand : value;
            case AccessOperation.UnsignedMaximum:
                return value > operand ? value : operand;
            case AccessOperation.UnsignedMinimum:
                return value > operand ? operand : value;
            case AccessOperation.FloatingAdd:
            case AccessOperation.FloatingMaximum:
            case AccessOperation.FloatingMaximumNumber:
            case AccessOperation.FloatingMinimum:
            case AccessOperation.FloatingMinimumNumber:
                FloatingPointFormat format = (_access.NamedProperties & AccessProperties.BFloat16) != 0
                    ? FloatingPointFormat.BFloat16
                    : FloatingPointFormat.OfSize(_sizeLog2);
                return new FloatingPointUnit(format, _control).Compute(_access.Operation, value, operand);
            default:
                // Swap and compare and swap.
                return operand;
        }
    }

    private void CommitAtomic(IGuestRegisters registers)
    {
        if ((_access.NamedProperties & AccessProperties.ReadCheckWrite) != 0)
        {
            registers.PState = (registers.PState & ~ConditionFlags) | _check.Flags;
        }

        if (_access.RegisterFile == RegisterFile.SimdAndFloatingPoint)
        {
            if (_access.RegisterCount == 2)
            {
                registers.SetV(_access.Rt, _first, 0);
            }

            return;
        }

        int target = _access.Kind == AccessKind.CompareAndSwap ? _access.Rs : _access.Rt;
        SetX(registers, target, _first);
        if (_count == 2)
        {
            SetX(registers, _access.Kind == AccessKind.CompareAndSwap ? target + 1 : _access.Rt2, _second);
        }
    }

    private EmulationStatus PrepareSixtyFourBytes(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (!ComputeAddress(in access, registers) || !CheckAlignmentOfWhole(in access))
        {
            return _status;
        }

        if (_options.SixtyFourBytes == SixtyFourBytePolicy.Fault)
        {
            return RaiseDataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, _address, _access.IsWrite);
        }

        // The status that a store returns unless the device says otherwise.
        _first = 0;
        if (_access.Kind == AccessKind.Load)
        {
            Begin(Phase.Read);
        }
        else
        {
            GatherData(in access, registers);
            Begin(Phase.Write);
        }

        if (_options.SixtyFourBytes == SixtyFourBytePolicy.SingleTransaction)
        {
            _pieceSize = BlockSize;
        }

        return _status;
    }

    // The end of a 64-byte write; a 64-byte read brings its data with it.
    private void CompleteBlock(ulong deviceStatus)
    {
        if (_phase == Phase.Read)
        {
            throw new System.InvalidOperationException("a read of 64 bytes needs its data");
        }

        _first = deviceStatus;
        _phase = Phase.None;
    }
}
