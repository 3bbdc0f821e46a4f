using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <content>Data between elements and registers.</content>
public sealed partial class AccessPlan
{
    // The first element here, and what few stores have in methods of their own.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void GatherData(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (access.RegisterFile != RegisterFile.General)
        {
            GatherVectors(in access, registers);
            return;
        }

        SetElement(0, GetX(registers, access.Rt));
        if (_count > 1)
        {
            GatherOtherElements(in access, registers);
        }
    }

    private void GatherOtherElements(in AccessDescriptor access, IGuestRegisters registers)
    {
        for (int i = 1; i < _count; i++)
        {
            SetElement(i, GetX(registers, access.GetRegister(i)));
        }

        if (access.Operation == AccessOperation.StoreAccelerationData)
        {
            const ulong Upper = 0xFFFF_FFFF_0000_0000;
            SetElement(0, (GetX(registers, access.Rt) & Upper) | (registers.GetSystemRegister(SystemRegister.AccdataEl1) & ~Upper));
        }
    }

    private void GatherVectors(in AccessDescriptor access, IGuestRegisters registers)
    {
        if (access.Shape == TransferShape.OnePerRegister)
        {
            for (int i = 0; i < _count; i++)
            {
                registers.GetV(access.GetRegister(i), out ulong low, out ulong high);
                SetElement(i, low, high);
            }

            return;
        }

        int structure = _access.RegisterCount;
        for (int r = 0; r < structure; r++)
        {
            registers.GetV(_access.GetRegister(r), out ulong low, out ulong high);
            switch (_access.Shape)
            {
                case TransferShape.Sequential:
                case TransferShape.Interleaved:
                    int lanes = _count / structure;
                    for (int lane = 0; lane < lanes; lane++)
                    {
                        SetElement(ElementOf(r, lane, structure, lanes), GetLane(low, high, lane));
                    }

                    break;
                default:
                    SetElement(r, GetLane(low, high, _access.Lane));
                    break;
            }
        }
    }

    private void ScatterData(IGuestRegisters registers)
    {
        if (_access.RegisterFile == RegisterFile.General)
        {
            // Backwards, so that of a pair with Rt = Rt2, which is CONSTRAINED UNPREDICTABLE, the first element stays.
            for (int i = _count - 1; i > 0; i--)
            {
                SetX(registers, _access.GetRegister(i), Extend(GetElement(i)));
            }

            SetX(registers, _access.Rt, Extend(GetElement(0)));
            return;
        }

        ScatterVectors(registers);
    }

    private void ScatterVectors(IGuestRegisters registers)
    {
        if (_access.Shape == TransferShape.OnePerRegister)
        {
            for (int i = 0; i < _count; i++)
            {
                GetElement(i, out ulong low, out ulong high);
                registers.SetV(_access.GetRegister(i), low, high);
            }

            return;
        }

        int structure = _access.RegisterCount;
        for (int r = 0; r < structure; r++)
        {
            int number = _access.GetRegister(r);
            ulong low, high;
            switch (_access.Shape)
            {
                case TransferShape.Sequential:
                case TransferShape.Interleaved:
                    low = high = 0;
                    int lanes = _count / structure;
                    for (int lane = 0; lane < lanes; lane++)
                    {
                        InsertLane(ref low, ref high, lane, GetElement(ElementOf(r, lane, structure, lanes)));
                    }

                    break;
                case TransferShape.Lane:
                    registers.GetV(number, out low, out high);
                    InsertLane(ref low, ref high, _access.Lane, GetElement(r));
                    break;
                default:
                    low = ReplicateElement(GetElement(r));
                    high = _access.RegisterWidth == 128 ? low : 0;
                    break;
            }

            registers.SetV(number, low, high);
        }
    }

    private int ElementOf(int register, int lane, int structure, int lanes) =>
        _access.Shape == TransferShape.Interleaved ? (lane * structure) + register : (register * lanes) + lane;

    // A W destination clears bits 63:32, whatever the extension.
    private ulong Extend(ulong value)
    {
        if (_access.Extend != LoadExtend.Sign)
        {
            return value;
        }

        int unused = 64 - (8 << _sizeLog2);
        ulong extended = (ulong)((long)(value << unused) >> unused);
        return _access.RegisterWidth == 32 ? (uint)extended : extended;
    }

    private ulong GetLane(ulong low, ulong high, int lane)
    {
        int bit = lane << (_sizeLog2 + 3);
        return ((bit & 64) == 0 ? low >> bit : high >> bit) & (ulong.MaxValue >> (64 - (8 << _sizeLog2)));
    }

    private void InsertLane(ref ulong low, ref ulong high, int lane, ulong value)
    {
        int bit = lane << (_sizeLog2 + 3);
        ulong mask = (ulong.MaxValue >> (64 - (8 << _sizeLog2))) << bit;
        if ((bit & 64) == 0)
        {
            low = (low & ~mask) | (value << bit);
        }
        else
        {
            high = (high & ~mask) | (value << bit);
        }
    }

    private ulong ReplicateElement(ulong value)
    {
        for (int bits = 8 << _sizeLog2; bits < 64; bits *= 2)
        {
            value |= value << bits;
        }

        return value;
    }
}
