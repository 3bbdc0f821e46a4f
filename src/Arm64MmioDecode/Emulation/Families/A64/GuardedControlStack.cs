using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Operations on the Guarded Control Stack (FEAT_GCS) through GCSPR_ELx: GCSPUSHM, GCSPOPM, GCSPUSHX, GCSPOPX, GCSPOPCX, GCSSS1, GCSSS2.
/// GCSSTR and GCSSTTR are stores, and always aligned (<see cref="Transfers"/>).
/// </summary>
/// <remarks>Whether the Guarded Control Stack is enabled, and the traps of GCSCR_ELx, the processor has checked before it accessed memory.</remarks>
internal sealed class GuardedControlStack : AccessFamily
{
    private const int EntrySize = 8;
    private const int EntrySizeLog2 = 3;
    private const int RecordEntries = 4;
    private const int LinkRegister = 30;

    // An exception return record begins with this entry, and continues with ELR_ELx, SPSR_ELx and LR.
    private const ulong ExceptionRecord = 9;

    // A stack that can be switched to has a cap: its own address, with 1 in bits 11:0. While it is switched to, the cap is the
    // other stack's pointer, with 5 in bits 2:0.
    private const ulong CapMask = 0xFFF;
    private const ulong ValidCap = 1;
    private const ulong TokenMask = 7;
    private const ulong InProgressCap = 5;

    private const ulong ExceptionLock = 1ul << 34; // PSTATE.EXLOCK
    private const ulong ExceptionLockEnable = 1ul << 6; // GCSCR_ELx.EXLOCKEN

    private Instruction _instruction;
    private ulong _pointer;
    private ulong _other;
    private int _entry;
    private ulong _elr;
    private ulong _spsr;
    private ulong _link;

    public GuardedControlStack(EmulatedAccess emulated)
        : base(emulated)
    {
    }

    // op1 and op2 of the SYS and SYSL encodings.
    private enum Instruction
    {
        PushX = 0x04,
        PopCx = 0x05,
        PopX = 0x06,
        PushM = 0x30,
        PopM = 0x31,
        Switch1 = 0x32,
        Switch2 = 0x33,
    }

    private bool IsRecord => _instruction is Instruction.PopX or Instruction.PopCx;

    public override EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (registers is not IGuardedControlStackRegisters stack)
        {
            return Emulated.Unsupported(NotEmulatedReason.RegistersNotAvailable);
        }

        _instruction = (Instruction)(((access.Opcode >> 12) & 0x70) | ((access.Opcode >> 5) & 7));
        _pointer = stack.Gcspr & ~TokenMask;
        switch (_instruction)
        {
            case Instruction.PushM:
                Sequence.Place(_pointer - EntrySize, 1, EntrySizeLog2);
                Sequence.Set(0, registers.GetXOrZero(access.Rt));
                Sequence.Begin(Phase.Write);
                break;
            case Instruction.PushX:
                PushRecord(registers, stack);
                break;
            case Instruction.Switch1:
                return PrepareSwitch(registers.GetXOrZero(access.Rt));
            default:
                if (_instruction == Instruction.PopCx)
                {
                    (_elr, _spsr, _link) = (stack.Elr, stack.Spsr, registers.GetX(LinkRegister));
                }

                ReadEntry(0);
                break;
        }

        return Emulated.Status;
    }

    public override void EndPhase(Phase ended)
    {
        if (ended != Phase.Read)
        {
            return;
        }

        ulong value = Sequence.Get(0);
        bool isRight = _instruction switch
        {
            Instruction.PopM => (value & 3) == 0,
            Instruction.Switch1 => value == Cap(_other),
            Instruction.Switch2 => (value & TokenMask) == InProgressCap,
            _ => IsRightEntry(value),
        };
        if (!isRight)
        {
            RaiseDataCheck();
        }
        else if (IsRecord && _entry < RecordEntries - 1)
        {
            ReadEntry(_entry + 1);
        }
        else if (_instruction == Instruction.Switch1)
        {
            WriteEntry(_other, _pointer | InProgressCap);
        }
        else if (_instruction == Instruction.Switch2)
        {
            _other = (value & ~TokenMask) - EntrySize;
            WriteEntry(_other, Cap(_other));
        }
    }

    public override bool Commit(IGuestRegisters registers)
    {
        var stack = (IGuardedControlStackRegisters)registers;
        int rt = Emulated.Access.Rt;
        switch (_instruction)
        {
            case Instruction.PushM:
                stack.Gcspr = _pointer - EntrySize;
                break;
            case Instruction.PopM:
                registers.SetXUnlessZero(rt, Sequence.Get(0));
                stack.Gcspr = _pointer + EntrySize;
                break;
            case Instruction.PushX:
                stack.Gcspr = _pointer - (RecordEntries * EntrySize);
                registers.PState &= ~ExceptionLock;
                break;
            case Instruction.PopCx:
                stack.Gcspr = _pointer + (RecordEntries * EntrySize);
                registers.PState = (stack.Gcscr & ExceptionLockEnable) != 0 ? registers.PState | ExceptionLock : registers.PState & ~ExceptionLock;
                break;
            case Instruction.PopX:
                stack.Gcspr = _pointer + (RecordEntries * EntrySize);
                break;
            case Instruction.Switch1:
                stack.Gcspr = _other & ~TokenMask;
                break;
            default:
                stack.Gcspr = _pointer + EntrySize;
                registers.SetXUnlessZero(rt, _other);
                break;
        }

        return true;
    }

    public override AddressRange GetRange(int index)
    {
        bool isSwitch = _instruction == Instruction.Switch1;
        bool isPush = _instruction is Instruction.PushM or Instruction.PushX;
        ulong length = IsRecord ? RecordEntries * EntrySize : Sequence.TotalSize;
        return RangeOf(Sequence.Address, length, isRead: !isPush, isWritten: isPush || isSwitch);
    }

    private static ulong Cap(ulong pointer) => (pointer & ~CapMask) | ValidCap;

    // From the highest address down: LR, SPSR_ELx, ELR_ELx, and what says that it is such a record (Arm ARM, AddGCSExRecord).
    private void PushRecord(IGuestRegisters registers, IGuardedControlStackRegisters stack)
    {
        Sequence.Place(_pointer - (RecordEntries * EntrySize), RecordEntries, EntrySizeLog2);
        Sequence.Set(3, registers.GetX(LinkRegister));
        Sequence.Set(2, stack.Spsr);
        Sequence.Set(1, stack.Elr);
        Sequence.Set(0, ExceptionRecord);
        Sequence.SetDescending(true);
        Sequence.Begin(Phase.Write);
    }

    // A compare and swap of the other stack's cap; GCSPR_ELx itself is always aligned.
    private EmulationStatus PrepareSwitch(ulong other)
    {
        _other = other;
        Sequence.Place(other, 1, EntrySizeLog2);
        if ((other & (EntrySize - 1)) != 0)
        {
            return Emulated.RaiseDataAbort(FaultStatusCode.Alignment, other, isWrite: false);
        }

        Sequence.Begin(Phase.Read);
        return Emulated.Status;
    }

    // Each entry is checked before the next is read.
    private void ReadEntry(int entry)
    {
        _entry = entry;
        Sequence.Place(_pointer + (ulong)(entry * EntrySize), 1, EntrySizeLog2);
        Sequence.Begin(Phase.Read);
    }

    private void WriteEntry(ulong address, ulong value)
    {
        Sequence.Place(address, 1, EntrySizeLog2);
        Sequence.Set(0, value);
        Sequence.Begin(Phase.Write);
    }

    // GCSPOPX reads the whole record and compares only what kind it is (Arm ARM, CheckGCSExRecord for GCSPOPCX).
    private bool IsRightEntry(ulong value) => _entry switch
    {
        0 => value == ExceptionRecord,
        1 => _instruction == Instruction.PopX || value == _elr,
        2 => _instruction == Instruction.PopX || value == _spsr,
        _ => _instruction == Instruction.PopX || value == _link,
    };

    // ISS of EC 0x2D: ExType 0 (GCS data check) in bits 23:20, Rn in bits 9:5, the instruction in bits 4:0.
    private void RaiseDataCheck()
    {
        uint type = _instruction switch
        {
            Instruction.PopM => 1,
            Instruction.Switch1 => 4,
            Instruction.Switch2 => 5,
            Instruction.PopCx => 6,
            _ => 7,
        };
        Emulated.RaiseException(FaultReason.GuardedControlStack, ((uint)Emulated.Access.Rt << 5) | type);
    }
}
