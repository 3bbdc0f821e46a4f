using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>A32 and T32: data between elements and registers.</content>
public sealed partial class AccessPlan
{
    private const int DoublewordSizeLog2 = 3;
    private const int DoublewordBits = 64;

    // The mode whose registers LDM and STM transfer.
    private uint TransferMode => (_access.NamedProperties & AccessProperties.UserBank) != 0 ? AArch32RegisterView.UserMode : _cpsr;

    private bool IsDoublewordElements => _access.ElementSizeLog2 == DoublewordSizeLog2;

    private void GatherData32(IGuestRegisters registers)
    {
        switch (_access.RegisterFile)
        {
            case RegisterFile.General:
                for (int i = 0; i < _count; i++)
                {
                    SetElement(i, GetR(registers, _access.GetRegister(i), TransferMode));
                }

                break;
            case RegisterFile.System:
                SetElement(0, ((IDebugTransferRegisters)registers).Received);
                break;
            case RegisterFile.SimdAndFloatingPoint:
                GatherVectors32(registers);
                break;
            default:
                // SRS
                SetElement(0, GetR(registers, LinkRegister32));
                SetElement(1, SavedState(registers));
                break;
        }
    }

    private void GatherVectors32(IGuestRegisters registers)
    {
        for (int r = 0; r < _access.RegisterCount; r++)
        {
            ulong value = GetVector32(registers, _access.GetRegister(r));
            int lanes = LanesOfStructure;
            for (int lane = 0; lane < lanes; lane++)
            {
                int from = _access.Shape == TransferShape.Lane ? _access.Lane : lane;
                SetWholeElement(ElementOf32(r, lane, lanes), GetLane32(value, from));
            }
        }
    }

    // True when PC was loaded: next is then what was loaded.
    private bool ScatterData32(IGuestRegisters registers, ref uint next)
    {
        bool loadsProgramCounter = false;
        switch (_access.RegisterFile)
        {
            case RegisterFile.General:
                for (int i = 0; i < _count; i++)
                {
                    var value = (uint)Extend(GetElement(i));
                    int register = _access.GetRegister(i);
                    if (register == ProgramCounter32 && _sizeLog2 == WordSizeLog2)
                    {
                        next = value;
                        loadsProgramCounter = true;
                    }
                    else
                    {
                        SetR(registers, register, value, TransferMode);
                    }
                }

                break;
            case RegisterFile.System:
                ((IDebugTransferRegisters)registers).Transmit((uint)GetElement(0));
                break;
            case RegisterFile.SimdAndFloatingPoint:
                ScatterVectors32(registers);
                break;
        }

        return loadsProgramCounter;
    }

    private void ScatterVectors32(IGuestRegisters registers)
    {
        int elements = _access.ElementCount;
        for (int r = 0; r < _access.RegisterCount; r++)
        {
            int number = _access.GetRegister(r);
            int lanes = LanesOfStructure;
            ulong value = _access.Shape == TransferShape.Lane ? GetVector32(registers, number) : 0;
            for (int lane = 0; lane < lanes; lane++)
            {
                int to = _access.Shape == TransferShape.Lane ? _access.Lane : lane;
                value = InsertLane32(value, to, GetWholeElement(ElementOf32(r, lane, lanes)));
            }

            if (_access.Shape == TransferShape.Replicate)
            {
                // VLD1 to all lanes of two registers loads one element.
                value = ReplicateElement(GetWholeElement(r < elements ? r : 0));
            }

            SetVector32(registers, number, value);
        }
    }

    // Elements of each register that memory holds: one, or all of a doubleword.
    private int LanesOfStructure => _access.Shape switch
    {
        TransferShape.Sequential or TransferShape.Interleaved => DoublewordBits >> (_access.ElementSizeLog2 + 3),
        TransferShape.Replicate => 0,
        _ => 1,
    };

    private int ElementOf32(int register, int lane, int lanes)
    {
        if (_access.Shape != TransferShape.Interleaved)
        {
            return (register * lanes) + lane;
        }

        // Two pairs of registers are one structure of two after the other (VLD2 and VST2 with four registers).
        int structure = _access.Layout == RegisterLayout.TwoPairs ? 2 : _access.RegisterCount;
        return ((register / structure * lanes) + lane) * structure + (register % structure);
    }

    // An element of eight bytes is two words, of which a big-endian guest has the upper one first.
    private ulong GetWholeElement(int index)
    {
        if (!IsDoublewordElements)
        {
            return GetElement(index);
        }

        ulong first = GetElement(2 * index);
        ulong second = GetElement((2 * index) + 1);
        return _bigEndian ? (first << 32) | second : (second << 32) | first;
    }

    private void SetWholeElement(int index, ulong value)
    {
        if (!IsDoublewordElements)
        {
            SetElement(index, value);
            return;
        }

        SetElement(2 * index, _bigEndian ? value >> 32 : (uint)value);
        SetElement((2 * index) + 1, _bigEndian ? (uint)value : value >> 32);
    }

    private ulong ElementMask => ulong.MaxValue >> (64 - (8 << _access.ElementSizeLog2));

    private ulong GetLane32(ulong value, int lane) => (value >> (lane << (_access.ElementSizeLog2 + 3))) & ElementMask;

    private ulong InsertLane32(ulong value, int lane, ulong element)
    {
        int shift = lane << (_access.ElementSizeLog2 + 3);
        return (value & ~(ElementMask << shift)) | (element << shift);
    }

    // S registers are the words, D registers the doublewords of the 128-bit registers.
    private ulong GetVector32(IGuestRegisters registers, int number)
    {
        bool single = _access.RegisterWidth == 32;
        int doubleword = single ? number >> 1 : number;
        registers.GetV(doubleword >> 1, out ulong low, out ulong high);
        ulong value = (doubleword & 1) == 0 ? low : high;
        return !single ? value : (number & 1) == 0 ? (uint)value : value >> 32;
    }

    private void SetVector32(IGuestRegisters registers, int number, ulong value)
    {
        bool single = _access.RegisterWidth == 32;
        int doubleword = single ? number >> 1 : number;
        registers.GetV(doubleword >> 1, out ulong low, out ulong high);
        ulong old = (doubleword & 1) == 0 ? low : high;
        if (single)
        {
            value = (number & 1) == 0 ? (old & 0xFFFFFFFF00000000) | (uint)value : (uint)old | (value << 32);
        }

        registers.SetV(doubleword >> 1, (doubleword & 1) == 0 ? value : low, (doubleword & 1) == 0 ? high : value);
    }

    private uint ReadProgramCounter(IGuestRegisters registers) =>
        (uint)registers.Pc + (_access.InstructionSet == InstructionSet.A32 ? 8u : 4u);

    private uint GetR(IGuestRegisters registers, int number) => GetR(registers, number, _cpsr);

    private uint GetR(IGuestRegisters registers, int number, uint mode) => number == ProgramCounter32
        ? ReadProgramCounter(registers)
        : (uint)registers.GetX(AArch32RegisterView.ToAArch64(number, (int)(mode & CpsrMode)));

    // R15 as a destination that is no branch (of a load of a byte, for example) is UNPREDICTABLE: nothing is written.
    private static void SetR(IGuestRegisters registers, int number, uint value, uint mode)
    {
        if (number != ProgramCounter32)
        {
            registers.SetX(AArch32RegisterView.ToAArch64(number, (int)(mode & CpsrMode)), value);
        }
    }
}
