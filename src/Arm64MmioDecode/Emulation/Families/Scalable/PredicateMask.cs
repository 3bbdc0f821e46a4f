using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>Which elements of up to four vectors are active: one bit for each byte, of which the lowest of an element decides.</summary>
internal sealed class PredicateMask
{
    private const int MaximumVectors = 4;

    private readonly byte[] _bits = new byte[MaximumVectors * ScalableRoom.MaximumVectorLength / 8];

    /// <summary>Takes the governing predicate P<em>n</em>.</summary>
    public void Read(IScalableRegisters registers, int number, int vectorLength) =>
        registers.ReadP(number, _bits.AsSpan(0, vectorLength / 8));

    /// <summary>Whether an element is active (Arm ARM, ActivePredicateElement).</summary>
    public bool IsActive(int element, int sizeLog2)
    {
        int bit = element << sizeLog2;
        return (_bits[bit >> 3] >> (bit & 7) & 1) != 0;
    }

    /// <summary>Whether any of the first elements is active (Arm ARM, AnyActiveElement).</summary>
    public bool IsAnyActive(int elements, int sizeLog2)
    {
        for (int e = 0; e < elements; e++)
        {
            if (IsActive(e, sizeLog2))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a predicate-as-counter PN<em>n</em> for up to four vectors (Arm ARM, CounterToPredicate).</summary>
    public void ReadCounter(IScalableRegisters registers, int number, int vectorLength)
    {
        Span<byte> predicate = stackalloc byte[ScalableRoom.MaximumVectorLength / 8];
        predicate = predicate.Slice(0, vectorLength / 8);
        registers.ReadP(number, predicate);
        int counter = predicate[0] | (predicate[1] << 8);

        // The lowest set bit of bits 3:0 is the size of an element; the count lies above it, bit 15 inverts.
        _bits.AsSpan().Clear();
        int sizeLog2 = 0;
        while (sizeLog2 < 4 && (counter >> sizeLog2 & 1) == 0)
        {
            sizeLog2++;
        }

        if (sizeLog2 == 4)
        {
            return;
        }

        // As many bits as four vectors of bytes can count.
        int countMask = (2 * MaximumVectors * vectorLength) - 1;
        int count = (counter & countMask & 0x7FFF) >> (sizeLog2 + 1);
        bool inverts = (counter & 0x8000) != 0;
        int elements = MaximumVectors * vectorLength >> sizeLog2;
        for (int e = 0; e < elements; e++)
        {
            if (e < count != inverts)
            {
                int bit = e << sizeLog2;
                _bits[bit >> 3] |= (byte)(1 << (bit & 7));
            }
        }
    }
}
