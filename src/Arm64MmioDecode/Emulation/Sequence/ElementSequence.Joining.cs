namespace Arm64MmioDecode.Emulation;

/// <content>Elements that go over the bus together: neighbours that are joined, and the whole of an atomic access.</content>
internal sealed partial class ElementSequence
{
    // Behind the elements of a pair.
    private const int ComparandIndex = 2;

    /// <summary>The data of one element or of two, as one value. Set after a compare-and-exchange, to what memory held.</summary>
    public Element Whole
    {
        get
        {
            // What is above the bytes of an element may be anything.
            int size = 1 << _sizeLog2;
            if (size > sizeof(ulong))
            {
                return _elements[0];
            }

            ulong mask = Element.Mask(size);
            return _count == 1 ? new Element { Low = _elements[0].Low & mask }
                : size == sizeof(ulong) ? new Element { Low = _elements[0].Low, High = _elements[1].Low }
                : new Element { Low = (_elements[0].Low & mask) | ((_elements[1].Low & mask) << (8 * size)) };
        }

        private set
        {
            int size = 1 << _sizeLog2;
            if (_count == 1)
            {
                _elements[0] = size < sizeof(ulong) ? new Element { Low = value.Low & Element.Mask(size) } : value;
                return;
            }

            _elements[0] = new Element { Low = value.Low & Element.Mask(size) };
            _elements[1] = new Element { Low = size == sizeof(ulong) ? value.High : (value.Low >> (8 * size)) & Element.Mask(size) };
        }
    }

    /// <summary>What the last compare-and-exchange expected.</summary>
    public Element Comparand => _elements[ComparandIndex];

    /// <summary>Starts one transaction that writes all of one element or of two where memory holds the comparand.</summary>
    public void BeginCompareExchange(in Element comparand)
    {
        _elements[ComparandIndex] = comparand;
        Begin(Phase.CompareExchange, (int)TotalSize);
        _remaining = 1;
    }

    // Neighbours that are aligned to their size, in ascending order; what may be suppressed is read on its own.
    private bool CanJoin => _path.JoinsElements && _done == 0 && _phase is Phase.Read or Phase.Write && !_scattered && !_descending
        && _nonFaultFrom == int.MaxValue && 1 << _sizeLog2 <= _path.BusWidth && (_address & (ulong)((1 << _sizeLog2) - 1)) == 0;

    private bool IsJoined(int size) => _path.JoinsElements && size > 1 << _sizeLog2 && _phase is Phase.Read or Phase.Write;

    private Element Join(int size)
    {
        int elementSize = 1 << _sizeLog2;
        Element joined = default;
        for (int i = 0, done = 0; done < size; i++, done += elementSize)
        {
            joined.SetPiece(done, elementSize, _elements[_uniform ? 0 : _element + i].Low, 0);
        }

        return joined;
    }

    private bool CompleteJoined(int size, ulong low, ulong high)
    {
        int elementSize = 1 << _sizeLog2;
        var joined = new Element { Low = low, High = high };
        for (int done = 0; done < size; done += elementSize, _element++, _remaining--)
        {
            if (_phase == Phase.Read)
            {
                joined.CopyPiece(done, elementSize, out ulong value, out _);
                _elements[_element] = new Element { Low = value };
            }
        }

        _pieceSize = 0;
        return _remaining == 0 && EndWhole();
    }
}
