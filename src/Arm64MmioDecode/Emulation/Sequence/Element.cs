using System.Buffers.Binary;

namespace Arm64MmioDecode.Emulation;

/// <summary>The data of one memory element of up to 16 bytes, as the bus sees it: the byte at the lowest address is bits 7:0 of <see cref="Low"/>.</summary>
internal struct Element
{
    public ulong Low;
    public ulong High;

    public readonly bool Equals(in Element other) => Low == other.Low && High == other.High;

    /// <summary>The bits of a value of 1 to 8 bytes.</summary>
    public static ulong Mask(int size) => ulong.MaxValue >> (64 - (8 * size));

    /// <summary>Reverses the bytes of a value of <c>1 &lt;&lt; sizeLog2</c> bytes, 8 at most.</summary>
    public static ulong Reverse(ulong value, int sizeLog2) =>
        BinaryPrimitives.ReverseEndianness(value) >> (64 - (8 << sizeLog2));

    /// <summary>Reverses the bytes of a value of <c>1 &lt;&lt; sizeLog2</c> bytes, 16 at most.</summary>
    public static void Reverse(ref ulong low, ref ulong high, int sizeLog2)
    {
        if (sizeLog2 == 4)
        {
            ulong first = BinaryPrimitives.ReverseEndianness(high);
            high = BinaryPrimitives.ReverseEndianness(low);
            low = first;
        }
        else
        {
            low = Reverse(low, sizeLog2);
        }
    }

    /// <summary>The piece of the data that begins after a number of bytes.</summary>
    public readonly void CopyPiece(int done, int size, out ulong low, out ulong high)
    {
        low = Low;
        high = High;
        if (size > sizeof(ulong))
        {
            return;
        }

        if (done >= 8)
        {
            low = high >> (8 * (done - 8));
        }
        else if (done > 0)
        {
            low = (low >> (8 * done)) | (high << (64 - (8 * done)));
        }

        low &= Mask(size);
        high = 0;
    }

    /// <summary>Sets the piece of the data that begins after a number of bytes; the first piece clears the others.</summary>
    public void SetPiece(int done, int size, ulong low, ulong high)
    {
        if (size <= sizeof(ulong))
        {
            low &= Mask(size);
            high = 0;
        }

        if (done == 0)
        {
            Low = low;
            High = high;
        }
        else if (done >= 8)
        {
            High |= low << (8 * (done - 8));
        }
        else
        {
            Low |= low << (8 * done);
            High |= low >> (64 - (8 * done));
        }
    }
}
