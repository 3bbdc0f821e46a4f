using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <content>Data between elements and registers.</content>
internal sealed partial class AArch32Accesses
{
    private const int DoublewordSizeLog2 = 3;
    private const int DoublewordBits = 64;

    // The mode whose registers LDM and STM transfer.
    private uint TransferMode => (Access.NamedProperties & AccessProperties.UserBank) != 0 ? AArch32RegisterView.UserMode : _cpsr;

    private bool IsDoublewordElements => Access.ElementSizeLog2 == DoublewordSizeLog2;

    private void Gather(IGuestRegisters registers)
    {
        switch (Access.RegisterFile)
        {
            case RegisterFile.General:
                var numbers = new CoreRegisterNumbers(in Access);
                for (int i = 0; i < Sequence.Count; i++)
                {
                    Sequence.Set(i, registers.GetR(in Access, numbers.Next(in Access, i), TransferMode));
                }

                break;
            case RegisterFile.System:
                Sequence.Set(0, ((IDebugTransferRegisters)registers).Received);
                break;
            case RegisterFile.SimdAndFloatingPoint:
                GatherVectors(registers);
                break;
            default:
                // SRS
                Sequence.Set(0, registers.GetR(in Access, CoreRegisters.LinkRegister, _cpsr));
                Sequence.Set(1, SavedState(registers));
                break;
        }
    }

    private void GatherVectors(IGuestRegisters registers)
    {
        for (int r = 0; r < Access.RegisterCount; r++)
        {
            ulong value = GetVector(registers, Access.GetRegister(r));
            int lanes = LanesOfStructure;
            for (int lane = 0; lane < lanes; lane++)
            {
                int from = Access.Shape == TransferShape.Lane ? Access.Lane : lane;
                SetWholeElement(ElementOf(r, lane, lanes), GetLane(value, from));
            }
        }
    }

    // True when PC was loaded: next is then what was loaded.
    private bool Scatter(IGuestRegisters registers, ref uint next)
    {
        bool loadsProgramCounter = false;
        switch (Access.RegisterFile)
        {
            case RegisterFile.General:
                var numbers = new CoreRegisterNumbers(in Access);
                for (int i = 0; i < Sequence.Count; i++)
                {
                    loadsProgramCounter |= registers.Load(in Access, numbers.Next(in Access, i), Sequence.Get(i), TransferMode, ref next);
                }

                break;
            case RegisterFile.System:
                ((IDebugTransferRegisters)registers).Transmit((uint)Sequence.Get(0));
                break;
            case RegisterFile.SimdAndFloatingPoint:
                ScatterVectors(registers);
                break;
        }

        return loadsProgramCounter;
    }

    private void ScatterVectors(IGuestRegisters registers)
    {
        int elements = Access.ElementCount;
        for (int r = 0; r < Access.RegisterCount; r++)
        {
            int number = Access.GetRegister(r);
            int lanes = LanesOfStructure;
            ulong value = Access.Shape == TransferShape.Lane ? GetVector(registers, number) : 0;
            for (int lane = 0; lane < lanes; lane++)
            {
                int to = Access.Shape == TransferShape.Lane ? Access.Lane : lane;
                value = InsertLane(value, to, GetWholeElement(ElementOf(r, lane, lanes)));
            }

            if (Access.Shape == TransferShape.Replicate)
            {
                // VLD1 to all lanes of two registers loads one element.
                value = VectorTransfers.Replicate(GetWholeElement(r < elements ? r : 0), Access.ElementSizeLog2);
            }

            SetVector(registers, number, value);
        }
    }

    // Elements of each register that memory holds: one, or all of a doubleword.
    private int LanesOfStructure => Access.Shape switch
    {
        TransferShape.Sequential or TransferShape.Interleaved => DoublewordBits >> (Access.ElementSizeLog2 + 3),
        TransferShape.Replicate => 0,
        _ => 1,
    };

    private int ElementOf(int register, int lane, int lanes)
    {
        if (Access.Shape != TransferShape.Interleaved)
        {
            return (register * lanes) + lane;
        }

        // Two pairs of registers are one structure of two after the other (VLD2 and VST2 with four registers).
        int structure = Access.Layout == RegisterLayout.TwoPairs ? 2 : Access.RegisterCount;
        return ((register / structure * lanes) + lane) * structure + (register % structure);
    }

    // An element of eight bytes is two words, of which a big-endian guest has the upper one first.
    private ulong GetWholeElement(int index)
    {
        if (!IsDoublewordElements)
        {
            return Sequence.Get(index);
        }

        ulong first = Sequence.Get(2 * index);
        ulong second = Sequence.Get((2 * index) + 1);
        return Sequence.BigEndian ? (first << 32) | second : (second << 32) | first;
    }

    private void SetWholeElement(int index, ulong value)
    {
        if (!IsDoublewordElements)
        {
            Sequence.Set(index, value);
            return;
        }

        Sequence.Set(2 * index, Sequence.BigEndian ? value >> 32 : (uint)value);
        Sequence.Set((2 * index) + 1, Sequence.BigEndian ? (uint)value : value >> 32);
    }

    private ulong ElementMask => ulong.MaxValue >> (64 - (8 << Access.ElementSizeLog2));

    private ulong GetLane(ulong value, int lane) => (value >> (lane << (Access.ElementSizeLog2 + 3))) & ElementMask;

    private ulong InsertLane(ulong value, int lane, ulong element)
    {
        int shift = lane << (Access.ElementSizeLog2 + 3);
        return (value & ~(ElementMask << shift)) | (element << shift);
    }

    // S registers are the words, D registers the doublewords of the 128-bit registers.
    private ulong GetVector(IGuestRegisters registers, int number)
    {
        bool single = Access.RegisterWidth == 32;
        int doubleword = single ? number >> 1 : number;
        registers.GetV(doubleword >> 1, out ulong low, out ulong high);
        ulong value = (doubleword & 1) == 0 ? low : high;
        return !single ? value : (number & 1) == 0 ? (uint)value : value >> 32;
    }

    private void SetVector(IGuestRegisters registers, int number, ulong value)
    {
        bool single = Access.RegisterWidth == 32;
        int doubleword = single ? number >> 1 : number;
        registers.GetV(doubleword >> 1, out ulong low, out ulong high);
        ulong old = (doubleword & 1) == 0 ? low : high;
        if (single)
        {
            value = (number & 1) == 0 ? (old & 0xFFFFFFFF00000000) | (uint)value : (uint)old | (value << 32);
        }

        registers.SetV(doubleword >> 1, (doubleword & 1) == 0 ? value : low, (doubleword & 1) == 0 ? high : value);
    }
}
