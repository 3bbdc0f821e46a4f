using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// An address in each page of a range: its first byte, the first byte of the next page, and, of a range that is longer than two
/// pages, which only a memory copy or set has, its last byte.
/// </summary>
internal ref struct PagesOfRange
{
    private readonly AddressRange _range;
    private readonly int _count;
    private int _index;

    public PagesOfRange(in AddressRange range)
    {
        _range = range;
        _count = range.Length == 0 ? 0 : range.Length <= InFirst ? 1 : range.Length <= InFirst + GuestPage.Size ? 2 : 3;
        _index = -1;
    }

    public readonly ulong Current => _index switch
    {
        0 => _range.Address,
        1 => _range.Next(InFirst),
        _ => _range.Next(_range.Length - 1),
    };

    private readonly ulong InFirst => GuestPage.Size - (_range.Address & GuestPage.OffsetMask);

    public readonly PagesOfRange GetEnumerator() => this;

    public bool MoveNext() => ++_index < _count;
}
