using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The memory elements of one phase of an instruction: where they lie, their data, and the transactions that they are divided
/// into. It knows nothing of instructions, registers and policies.
/// </summary>
/// <remarks>
/// Elements have <c>1 &lt;&lt; SizeLog2</c> bytes. They lie one after the other from <see cref="Address"/> up, or each at an address of its own
/// (<see cref="Scatter"/>). Their data is kept as the bus sees it; the guest's byte order applies in <see cref="Get(int)"/> and <see cref="Set(int, ulong)"/>.
/// </remarks>
internal sealed partial class ElementSequence
{
    /// <summary>The size of a transaction that is the whole of eight elements (FEAT_LS64).</summary>
    public const int BlockSize = 64;

    // LD4 of bytes: four registers of sixteen.
    private const int FixedElements = 64;

    private Element[] _elements = new Element[FixedElements];
    private ulong[] _addresses = [];
    private DataPath _path;

    // _element is the next one, of which _done bytes are done; _remaining elements are left, this one included. _pieceSize is the
    // size of the next transaction, 0 when it has to be computed from its address. A uniform sequence writes element 0 everywhere.
    private Phase _phase;
    private bool _uniform;
    private bool _descending;
    private bool _scattered;
    private int _sizeLog2;
    private int _count;
    private int _element;
    private int _remaining;
    private int _done;
    private int _pieceSize;
    private int _nonFaultFrom = int.MaxValue;
    private ulong _address;

    /// <summary>What is being done.</summary>
    public Phase Phase => _phase;

    /// <summary>Whether transactions are outstanding.</summary>
    public bool IsActive => _phase != Phase.None;

    /// <summary>The address of the first element.</summary>
    public ulong Address => _address;

    /// <summary>How many elements there are.</summary>
    public int Count => _count;

    public int SizeLog2 => _sizeLog2;

    public bool BigEndian => _path.BigEndian;

    /// <summary>How many elements, in ascending order, were transferred when the phase ended: fewer than <see cref="Count"/> after a non-fault read failed.</summary>
    public int Transferred => _element;

    /// <summary>The first element whose read must not fault.</summary>
    public int NonFaultFrom => _nonFaultFrom;

    /// <summary>Whether each element has an address of its own.</summary>
    public bool IsScattered => _scattered;

    /// <summary>The address of the next transaction, as the guest computed it.</summary>
    public ulong NextAddress => (ElementAddress(_element) + (uint)_done) & _path.AddressMask;

    /// <summary>The bytes that all elements have together, where they lie one after the other.</summary>
    public ulong TotalSize => (ulong)(uint)_count << _sizeLog2;

    public ref readonly DataPath Path => ref _path;

    /// <summary>Forgets the instruction before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reset(in EmulationOptions options, ulong addressMask, bool isUnprivileged, BusOrdering ordering)
    {
        _path.JoinsElements = options.JoinElements;
        _path.IsWhole = options.WholeTransactions;
        _path.BigEndian = options.BigEndian;
        _path.TopByteIgnored = options.TopByteIgnored;
        _path.PassUnaligned = options.Unaligned == UnalignedPolicy.Pass;
        _path.BusWidth = options.BusWidth;
        _path.AddressMask = addressMask;
        _path.IsUnprivileged = isUnprivileged;
        _path.Ordering = ordering;
        _path.IsTagChecked = false;
        _phase = Phase.None;
        _uniform = false;
        _descending = false;
        _scattered = false;
        _count = 0;
        _nonFaultFrom = int.MaxValue;
    }

    /// <summary>What transactions say of the instruction, for those who look: no part of every preparation.</summary>
    public void SetTraits(BusOrdering ordering, bool isTagChecked)
    {
        _path.Ordering = ordering;
        _path.IsTagChecked = isTagChecked;
    }

    /// <summary>CPSR.E says so.</summary>
    public void SetBigEndian() => _path.BigEndian = true;

    /// <summary>Whose permissions the following phases ask for.</summary>
    public void SetUnprivileged(bool value) => _path.IsUnprivileged = value;

    /// <summary>Elements one after the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Place(ulong address, int count, int sizeLog2)
    {
        _address = address;
        _count = count;
        _sizeLog2 = sizeLog2;
    }

    /// <summary>Elements that each have an address of their own, to be added.</summary>
    /// <param name="capacity">How many there are at most.</param>
    /// <param name="sizeLog2">Log2 of the size of each.</param>
    public void Scatter(int capacity, int sizeLog2)
    {
        _scattered = true;
        Place(0, 0, sizeLog2);
        Reserve(capacity);
    }

    /// <summary>Makes room for elements with addresses of their own. Room is made once, for the most that there can be.</summary>
    public void Reserve(int capacity)
    {
        if (_addresses.Length < capacity)
        {
            _addresses = new ulong[capacity];
            Array.Resize(ref _elements, Math.Max(capacity, FixedElements));
        }
    }

    /// <summary>Adds an element with an address of its own.</summary>
    /// <returns>Its number.</returns>
    public int Add(ulong address)
    {
        _addresses[_count] = address;
        return _count++;
    }

    /// <summary>Leaves out the elements from this one on.</summary>
    public void Truncate(int count) => _count = count;

    /// <summary>Elements that lie one after the other need no address each, and are transferred faster.</summary>
    public void JoinIfConsecutive()
    {
        for (int i = 1; i < _count; i++)
        {
            if (_addresses[i] != _addresses[0] + ((ulong)(uint)i << _sizeLog2))
            {
                return;
            }
        }

        _scattered = false;
        _address = _addresses[0];
    }

    /// <summary>Highest element first, or element 0 first again.</summary>
    public void SetDescending(bool value) => _descending = value;

    /// <summary>The same data for all elements, or data for each again.</summary>
    public void SetUniform(bool value) => _uniform = value;

    /// <summary>
    /// Reads from this element on are non-fault accesses (Arm ARM, MemNF[]): where one fails, the phase ends as if the elements
    /// before it were all.
    /// </summary>
    public void SetNonFaultFrom(int element) => _nonFaultFrom = element;

    /// <summary>Starts a phase with all elements; one without elements has ended already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(Phase phase)
    {
        _phase = _count == 0 ? Phase.None : phase;
        _remaining = _count;
        _element = _descending ? _count - 1 : 0;
        _done = 0;
        int size = 1 << _sizeLog2;
        _pieceSize = !_scattered && !_path.JoinsElements && (_address & (ulong)(size - 1)) == 0 && size <= _path.BusWidth ? size : 0;
    }

    /// <summary>Starts a phase whose transactions have a size that the bus's width does not limit: tags, and 64 bytes at once.</summary>
    public void Begin(Phase phase, int transactionSize)
    {
        Begin(phase);
        _pieceSize = transactionSize;
    }

    /// <summary>Ends the phase, whatever is left.</summary>
    public void End() => _phase = Phase.None;

    /// <summary>The data of an element as the bus sees it.</summary>
    public ref Element this[int index] => ref _elements[index];

    /// <summary>The value of an element of up to 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Get(int index) => _path.BigEndian ? Element.Reverse(_elements[index].Low, _sizeLog2) : _elements[index].Low;

    /// <summary>Sets the value of an element of up to 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int index, ulong value) => _elements[index].Low = _path.BigEndian ? Element.Reverse(value, _sizeLog2) : value;

    /// <summary>The value of an element of up to 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Get(int index, out ulong low, out ulong high)
    {
        ref Element element = ref _elements[index];
        low = element.Low;
        high = element.High;
        if (_path.BigEndian)
        {
            Element.Reverse(ref low, ref high, _sizeLog2);
        }
    }

    /// <summary>Sets the value of an element of up to 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int index, ulong low, ulong high)
    {
        if (_path.BigEndian)
        {
            Element.Reverse(ref low, ref high, _sizeLog2);
        }

        ref Element element = ref _elements[index];
        element.Low = low;
        element.High = high;
    }

    /// <summary>The address of an element as the guest computed it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ElementAddress(int index) => (_scattered ? _addresses[index] : _address + ((ulong)(uint)index << _sizeLog2)) & _path.AddressMask;

    /// <summary>The next transaction, which stays the next one until <see cref="Complete(ulong, ulong)"/>.</summary>
    public BusTransaction Next()
    {
        int size = NextSize();
        Element data = default;
        Element comparand = default;
        switch (_phase)
        {
            case Phase.CompareExchange:
                data = Whole;
                comparand = Comparand;
                break;
            case Phase.Write when IsJoined(size):
                data = Join(size);
                break;
            case Phase.Write:
            case Phase.WriteTag:
                _elements[_uniform ? 0 : _element].CopyPiece(_done, size, out data.Low, out data.High);
                break;
        }

        return new BusTransaction((BusOperation)(_phase - 1), size, in _path, IsNonFault, NextAddress, in data, in comparand);
    }

    /// <summary>The next transaction was performed.</summary>
    /// <returns>Whether the phase has ended.</returns>
    /// <exception cref="InvalidOperationException">It reads 64 bytes, whose data does not fit.</exception>
    public bool Complete(ulong low, ulong high)
    {
        int size = NextSize();
        if (size == BlockSize)
        {
            // What the device answered to a 64-byte write takes the place of the data.
            _elements[0].Low = _phase == Phase.Write ? low : throw new InvalidOperationException("a read of 64 bytes needs its data");
            return EndWhole();
        }

        if (_phase == Phase.CompareExchange)
        {
            Whole = new Element { Low = low, High = high };
            return EndWhole();
        }

        if (IsJoined(size))
        {
            return CompleteJoined(size, low, high);
        }

        if (_phase is Phase.Read or Phase.ReadTag)
        {
            _elements[_element].SetPiece(_done, size, low, high);
        }

        // Aligned elements are alike. How others are divided depends on their address, even if this one was not.
        int elementSize = 1 << _sizeLog2;
        if (_scattered || _path.JoinsElements || size != elementSize || (_address & (ulong)(elementSize - 1)) != 0)
        {
            _pieceSize = 0;
            _done += size;
            if (_done < elementSize)
            {
                return false;
            }

            _done = 0;
        }

        _element += _descending ? -1 : 1;
        return --_remaining == 0 && EndWhole();
    }

    /// <summary>A read was performed.</summary>
    /// <param name="data">As many bytes as the transaction has.</param>
    /// <returns>Whether the phase has ended.</returns>
    public bool Complete(ReadOnlySpan<byte> data)
    {
        if (data.Length == BlockSize)
        {
            for (int i = 0; i < BlockSize / sizeof(ulong); i++)
            {
                _elements[i].Low = BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(sizeof(ulong) * i));
            }

            return EndWhole();
        }

        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        bytes.Clear();
        data.CopyTo(bytes);
        return Complete(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(sizeof(ulong))));
    }

    /// <summary>The next transaction failed.</summary>
    /// <returns>Whether the phase has ended all the same, without a fault.</returns>
    public bool IsFaultSuppressed() => IsNonFault && EndWhole();

    /// <summary>The data of the next transaction, in ascending order of addresses.</summary>
    public void CopyData(in BusTransaction transaction, Span<byte> destination)
    {
        if (transaction.Size == BlockSize)
        {
            for (int i = 0; i < BlockSize / sizeof(ulong); i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination.Slice(sizeof(ulong) * i), _elements[i].Low);
            }

            return;
        }

        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, transaction.Low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.Slice(sizeof(ulong)), transaction.High);
        bytes.Slice(0, transaction.Size).CopyTo(destination);
    }

    private bool IsNonFault => _element >= _nonFaultFrom;

    private int NextSize() => _pieceSize != 0 ? _pieceSize : _pieceSize = CanJoin
        ? _path.JoinedPiece(NextAddress, _sizeLog2, _remaining)
        : _path.NextPiece(NextAddress, (1 << _sizeLog2) - _done);

    private bool EndWhole()
    {
        _phase = Phase.None;
        return true;
    }
}
