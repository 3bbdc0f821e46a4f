using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Emulation;

/// <summary>Elements and SIMD&amp;FP registers of A64: one for each, or the lanes of structures (LD1–LD4, ST1–ST4, LD1R–LD4R).</summary>
internal static class VectorTransfers
{
    /// <summary>Sets the elements from the data registers.</summary>
    public static void Gather(ElementSequence sequence, in AccessDescriptor access, IGuestRegisters registers)
    {
        int count = access.ElementCount;
        if (access.Shape == TransferShape.OnePerRegister)
        {
            for (int i = 0; i < count; i++)
            {
                registers.GetV(access.GetRegister(i), out ulong low, out ulong high);
                sequence.Set(i, low, high);
            }

            return;
        }

        int structure = access.RegisterCount;
        int sizeLog2 = access.ElementSizeLog2;
        for (int r = 0; r < structure; r++)
        {
            registers.GetV(access.GetRegister(r), out ulong low, out ulong high);
            if (access.Shape is TransferShape.Sequential or TransferShape.Interleaved)
            {
                int lanes = count / structure;
                for (int lane = 0; lane < lanes; lane++)
                {
                    sequence.Set(ElementOf(in access, r, lane, lanes), GetLane(low, high, lane, sizeLog2));
                }
            }
            else
            {
                sequence.Set(r, GetLane(low, high, access.Lane, sizeLog2));
            }
        }
    }

    /// <summary>Sets the data registers from the elements.</summary>
    public static void Scatter(ElementSequence sequence, in AccessDescriptor access, IGuestRegisters registers)
    {
        int count = access.ElementCount;
        if (access.Shape == TransferShape.OnePerRegister)
        {
            for (int i = 0; i < count; i++)
            {
                sequence.Get(i, out ulong low, out ulong high);
                registers.SetV(access.GetRegister(i), low, high);
            }

            return;
        }

        int structure = access.RegisterCount;
        int sizeLog2 = access.ElementSizeLog2;
        for (int r = 0; r < structure; r++)
        {
            int number = access.GetRegister(r);
            ulong low, high;
            switch (access.Shape)
            {
                case TransferShape.Sequential:
                case TransferShape.Interleaved:
                    low = high = 0;
                    int lanes = count / structure;
                    for (int lane = 0; lane < lanes; lane++)
                    {
                        InsertLane(ref low, ref high, lane, sizeLog2, sequence.Get(ElementOf(in access, r, lane, lanes)));
                    }

                    break;
                case TransferShape.Lane:
                    registers.GetV(number, out low, out high);
                    InsertLane(ref low, ref high, access.Lane, sizeLog2, sequence.Get(r));
                    break;
                default:
                    low = Replicate(sequence.Get(r), sizeLog2);
                    high = access.RegisterWidth == 128 ? low : 0;
                    break;
            }

            registers.SetV(number, low, high);
        }
    }

    /// <summary>A doubleword full of copies of an element.</summary>
    public static ulong Replicate(ulong value, int sizeLog2)
    {
        for (int bits = 8 << sizeLog2; bits < 64; bits *= 2)
        {
            value |= value << bits;
        }

        return value;
    }

    private static int ElementOf(in AccessDescriptor access, int register, int lane, int lanes) =>
        access.Shape == TransferShape.Interleaved ? (lane * access.RegisterCount) + register : (register * lanes) + lane;

    private static ulong GetLane(ulong low, ulong high, int lane, int sizeLog2)
    {
        int bit = lane << (sizeLog2 + 3);
        return ((bit & 64) == 0 ? low >> bit : high >> bit) & Element.Mask(1 << sizeLog2);
    }

    private static void InsertLane(ref ulong low, ref ulong high, int lane, int sizeLog2, ulong value)
    {
        int bit = lane << (sizeLog2 + 3);
        ulong mask = Element.Mask(1 << sizeLog2) << bit;
        if ((bit & 64) == 0)
        {
            low = (low & ~mask) | (value << bit);
        }
        else
        {
            high = (high & ~mask) | (value << bit);
        }
    }
}
