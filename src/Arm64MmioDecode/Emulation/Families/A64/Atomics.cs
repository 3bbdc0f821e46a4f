using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Single-instruction atomics of A64: read-modify-write, compare and swap, their pairs, and those of FEAT_LSFE and FEAT_THE. All
/// elements are read, then all are written.
/// </summary>
internal sealed class Atomics : AccessFamily
{
    // How often the exchange may lose against other CPUs, each time because one of them got on, before the guest repeats the instruction.
    private const int MaximumAttempts = 64;

    // Operands (new values of a compare and swap), what they are compared with, and what memory held before.
    private ulong _operand;
    private ulong _operandHigh;
    private ulong _comparand;
    private ulong _comparandHigh;
    private ulong _old;
    private ulong _oldHigh;
    private ulong _control;
    private ReadCheckWrite _check;
    private int _attempts;
    private bool _hasGivenUp;

    public Atomics(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (!A64Addressing.TryPlace(Emulated, in access, registers, in options) || !A64Addressing.IsWholeAligned(Emulated, in access))
        {
            return Emulated.Status;
        }

        if (options.Atomics == AtomicPolicy.Fault)
        {
            return Emulated.RaiseUnsupportedAccess();
        }

        _attempts = 0;
        _hasGivenUp = false;
        GatherOperands(in access, registers);
        if (IsReadCheckWrite(in access))
        {
            // RCWS forms have bit 30 set; it makes the checks with RCWSMASK_EL1.
            bool isSoftware = (access.Opcode & (1u << 30)) != 0;
            _check = ReadCheckWrite.Create(registers, access.ElementCount == 2, isSoftware, options.ProtectionEnabled);
        }
        else if (access.RegisterFile == RegisterFile.SimdAndFloatingPoint)
        {
            _control = registers.GetSystemRegister(SystemRegister.Fpcr);
        }

        if (options.WholeTransactions && access.Kind == AccessKind.CompareAndSwap && !IsReadCheckWrite(in access))
        {
            BeginCompareAndSwap(in access);
        }
        else
        {
            Sequence.Begin(Phase.Read);
        }

        return Emulated.Status;
    }

    public override void EndPhase(Phase ended)
    {
        switch (ended)
        {
            case Phase.Read:
                ModifyAndWrite(in Emulated.Access);
                break;
            case Phase.CompareExchange when Emulated.Access.Kind == AccessKind.CompareAndSwap && !IsReadCheckWrite(in Emulated.Access):
                KeepOldValue(in Emulated.Access);
                break;
            case Phase.CompareExchange when !Sequence.Whole.Equals(Sequence.Comparand):
                // Another CPU has written since: again, with what is there now.
                _hasGivenUp = ++_attempts == MaximumAttempts;
                if (!_hasGivenUp)
                {
                    ModifyAndWrite(in Emulated.Access);
                }

                break;
        }
    }

    public override bool Commit(IGuestRegisters registers)
    {
        ref readonly AccessDescriptor access = ref Emulated.Access;
        if (_hasGivenUp)
        {
            // Nothing was written: the guest executes it again.
            Emulated.Status = EmulationStatus.Continue;
            return false;
        }

        if (IsReadCheckWrite(in access))
        {
            registers.PState = (registers.PState & ~AccessPlan.ConditionFlags) | _check.Flags;
        }

        if (access.RegisterFile == RegisterFile.SimdAndFloatingPoint)
        {
            if (access.RegisterCount == 2)
            {
                registers.SetV(access.Rt, _old, 0);
            }

            return true;
        }

        bool isCompare = access.Kind == AccessKind.CompareAndSwap;
        int target = isCompare ? access.Rs : access.Rt;
        registers.SetXUnlessZero(target, _old);
        if (access.ElementCount == 2)
        {
            registers.SetXUnlessZero(isCompare ? target + 1 : access.Rt2, _oldHigh);
        }

        return true;
    }

    // A compare and swap that does not match still needs the permission to write.
    public override AddressRange GetRange(int index) =>
        RangeOf(Sequence.Address, Sequence.TotalSize, isRead: true, isWritten: true, Sequence.Path.IsUnprivileged);

    private static bool IsReadCheckWrite(in AccessDescriptor access) => (access.NamedProperties & AccessProperties.ReadCheckWrite) != 0;

    private void GatherOperands(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (access.RegisterFile == RegisterFile.SimdAndFloatingPoint)
        {
            registers.GetV(access.Rs, out _operand, out _);
            return;
        }

        switch (access.Kind, access.ElementCount)
        {
            case (AccessKind.CompareAndSwap, 1):
                _comparand = registers.GetXOrZero(access.Rs);
                _operand = registers.GetXOrZero(access.Rt);
                break;
            case (AccessKind.CompareAndSwap, _):
                _comparand = registers.GetXOrZero(access.Rs);
                _comparandHigh = registers.GetXOrZero(access.Rs + 1);
                _operand = registers.GetXOrZero(access.Rt);
                _operandHigh = registers.GetXOrZero(access.Rt + 1);
                break;
            case (_, 1):
                _operand = registers.GetXOrZero(access.Rs);
                break;
            default:
                _operand = registers.GetXOrZero(access.Rt);
                _operandHigh = registers.GetXOrZero(access.Rt2);
                break;
        }
    }

    private void ModifyAndWrite(in AccessDescriptor access)
    {
        ulong mask = Element.Mask(access.ElementSize);
        bool pair = access.ElementCount == 2;
        Element old = Sequence.Whole;
        KeepOldValue(in access);
        ulong low = Modify(in access, _old, _operand & mask);
        ulong high = pair ? Modify(in access, _oldHigh, _operandHigh & mask) : 0;
        bool writes = access.Kind != AccessKind.CompareAndSwap
            || (_old == (_comparand & mask) && (!pair || _oldHigh == (_comparandHigh & mask)));
        if (IsReadCheckWrite(in access))
        {
            // A big-endian 128-bit value has its more significant half at the lower address.
            bool swapped = pair && Sequence.BigEndian;
            writes = swapped
                ? _check.Check(writes, _oldHigh, _old, high, low)
                : _check.Check(writes, _old, _oldHigh, low, high);
        }

        if (!writes)
        {
            return;
        }

        SetElements(pair, low, high);
        if (Emulated.Options.WholeTransactions)
        {
            Sequence.BeginCompareExchange(in old);
        }
        else
        {
            Sequence.Begin(Phase.Write);
        }
    }

    private void KeepOldValue(in AccessDescriptor access)
    {
        _old = Sequence.Get(0);
        _oldHigh = access.ElementCount == 2 ? Sequence.Get(1) : 0;
    }

    private void BeginCompareAndSwap(in AccessDescriptor access)
    {
        ulong mask = Element.Mask(access.ElementSize);
        bool pair = access.ElementCount == 2;
        SetElements(pair, _comparand & mask, _comparandHigh & mask);
        Element comparand = Sequence.Whole;
        SetElements(pair, _operand & mask, _operandHigh & mask);
        Sequence.BeginCompareExchange(in comparand);
    }

    private void SetElements(bool pair, ulong low, ulong high)
    {
        Sequence.Set(0, low);
        if (pair)
        {
            Sequence.Set(1, high);
        }
    }

    private ulong Modify(in AccessDescriptor access, ulong value, ulong operand)
    {
        int sizeLog2 = access.ElementSizeLog2;
        int unused = 64 - (8 << sizeLog2);
        switch (access.Operation)
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
                FloatingPointFormat format = (access.NamedProperties & AccessProperties.BFloat16) != 0
                    ? FloatingPointFormat.BFloat16
                    : FloatingPointFormat.OfSize(sizeLog2);
                return new FloatingPointUnit(format, _control).Compute(access.Operation, value, operand);
            default:
                // Swap and compare and swap.
                return operand;
        }
    }
}
