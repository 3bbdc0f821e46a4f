using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Emulates one memory instruction: computes what it accesses, hands out the bus transactions one by one, and changes the
/// registers when all of them have succeeded.
/// </summary>
/// <remarks>
/// <para>
/// A plan is an object of fixed size that an embedder creates once for each vCPU and uses for one instruction after the
/// other; it allocates nothing after its construction. It is not thread-safe.
/// </para>
/// <para>
/// Either call <see cref="Execute(in AccessDescriptor, IGuestRegisters, IMmioBus, in EmulationOptions)"/>, or go step by step:
/// <see cref="Prepare"/>, then <see cref="TryGetNext"/> and <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> until there is no
/// more transaction, then <see cref="Commit"/>. Between the steps any time may pass. A plan may be abandoned at any step by
/// preparing the next one: the registers have not changed before <see cref="Commit"/>.
/// </para>
/// </remarks>
public sealed partial class AccessPlan
{
    // LD4 of bytes: four registers of sixteen.
    private const int MaxElements = 64;
    private const int PageSize = 4096;
    private const int ZeroRegister = 31;
    private const int TagGranule = 16;

    private readonly Element[] _elements = new Element[MaxElements];
    private readonly ExclusiveMonitor _monitor;
    private readonly IPointerAuthentication? _authentication;

    private AccessDescriptor _access;
    private EmulationOptions _options;
    private EmulationStatus _status = EmulationStatus.NotEmulated;
    private NotEmulatedReason _reason = NotEmulatedReason.NotMemoryAccess;
    private EmulationFault _fault;

    // The elements of the present phase: _count of them of 1 << _sizeLog2 bytes, one after the other from _address up, of
    // which _element are done, and _done bytes of the next one. _pieceSize is 0 when each transaction's size has to be
    // computed from its address, otherwise every element is one transaction of this size.
    private Phase _phase;
    private int _count;
    private int _sizeLog2;
    private int _element;
    private int _done;
    private int _pieceSize;
    private ulong _address;
    private ulong _addressMask;
    private ulong _writeback;

    /// <summary>Creates a plan with a local monitor of its own and no pointer authentication.</summary>
    public AccessPlan()
        : this(new ExclusiveMonitor())
    {
    }

    /// <summary>Creates a plan.</summary>
    /// <param name="monitor">The vCPU's local monitor for <see cref="ExclusivePolicy.Perform"/>.</param>
    /// <param name="authentication">Authenticates LDRAA and LDRAB; without one the code is removed unchecked (see <see cref="IPointerAuthentication"/>).</param>
    /// <exception cref="ArgumentNullException"><paramref name="monitor"/> is null.</exception>
    public AccessPlan(ExclusiveMonitor monitor, IPointerAuthentication? authentication = null)
    {
        _monitor = monitor ?? throw new ArgumentNullException(nameof(monitor));
        _authentication = authentication;
    }

    /// <summary>What a phase does with its elements.</summary>
    private enum Phase : byte
    {
        None = 0,
        Read,
        Write,
    }

    /// <summary>The instruction that the plan was last prepared for.</summary>
    public AccessDescriptor Descriptor => _access;

    /// <summary>The local monitor.</summary>
    public ExclusiveMonitor Monitor => _monitor;

    /// <summary>Where the emulation stands.</summary>
    public EmulationStatus Status => _status;

    /// <summary>The exception for the guest, when <see cref="Status"/> is <see cref="EmulationStatus.Fault"/>.</summary>
    public EmulationFault Fault => _fault;

    /// <summary>Why nothing happened, when <see cref="Status"/> is <see cref="EmulationStatus.NotEmulated"/>.</summary>
    public NotEmulatedReason NotEmulatedReason => _reason;

    /// <summary>
    /// Number of address ranges that the instruction touches: 0 when it accesses nothing, otherwise 1; 2 for a memory copy.
    /// </summary>
    public int RangeCount => _status is EmulationStatus.NotEmulated ? 0 : CountRanges();

    /// <summary>Computes addresses and, for a store, data from the registers. Nothing is accessed and no register changes.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers; only those that the instruction uses are read.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>
    /// <see cref="EmulationStatus.Pending"/>, or <see cref="EmulationStatus.Fault"/> or <see cref="EmulationStatus.NotEmulated"/>
    /// when there is nothing to go on with.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    public EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));

        _access = access;
        _options = options;
        _status = EmulationStatus.Pending;
        _reason = NotEmulatedReason.None;
        _phase = Phase.None;
        _count = 0;
        if (access.Kind == AccessKind.None)
        {
            return Refuse(NotEmulatedReason.NotMemoryAccess);
        }

        if (access.InstructionSet == InstructionSet.A64)
        {
            _addressMask = ulong.MaxValue;
            return PrepareA64(registers);
        }

        _addressMask = uint.MaxValue;
        return PrepareAArch32(registers);
    }

    /// <summary>
    /// The next transaction. It stays the next one until <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> is called.
    /// </summary>
    /// <param name="transaction">The transaction, when the result is true.</param>
    /// <returns>Whether there is one; when not, <see cref="Commit"/> is due, unless the status is no longer <see cref="EmulationStatus.Pending"/>.</returns>
    public bool TryGetNext(out BusTransaction transaction)
    {
        if (_phase == Phase.None)
        {
            transaction = default;
            return false;
        }

        ulong address = NextAddress;
        int size = _pieceSize != 0 ? _pieceSize : _pieceSize = NextPiece(address);
        ulong low = 0, high = 0;
        if (_phase == Phase.Write)
        {
            ref Element element = ref _elements[_element];
            low = element.Low;
            high = element.High;
            if (_done != 0)
            {
                ShiftRight(ref low, ref high, _done);
            }

            if (size < 16)
            {
                high = 0;
                low &= LowBytes(size);
            }
        }

        transaction = new BusTransaction(_phase == Phase.Read ? BusOperation.Read : BusOperation.Write, size, false, RemoveTag(address), low, high);
        return true;
    }

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="low">For a read the first eight bytes, the byte at the lowest address least significant; bits beyond the transaction's size are ignored.</param>
    /// <param name="high">For a read of 16 bytes the second eight bytes.</param>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Complete(ulong low = 0, ulong high = 0)
    {
        int size = _pieceSize;
        if (_phase == Phase.None || size == 0)
        {
            ThrowNoTransaction();
        }

        if (_phase == Phase.Read)
        {
            ref Element element = ref _elements[_element];
            if (size < 16)
            {
                high = 0;
                low &= LowBytes(size);
            }

            if (_done == 0)
            {
                element.Low = low;
                element.High = high;
            }
            else
            {
                ShiftLeft(ref low, ref high, _done);
                element.Low |= low;
                element.High |= high;
            }
        }

        int elementSize = 1 << _sizeLog2;
        if (size != elementSize)
        {
            _pieceSize = 0;
            _done += size;
            if (_done < elementSize)
            {
                return;
            }

            _done = 0;
        }

        if (++_element == _count)
        {
            EndPhase();
        }
    }

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> failed: the guest takes a data abort and no register changes.</summary>
    /// <param name="status">The bus's answer; not <see cref="BusStatus.Success"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is success.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Fail(BusStatus status)
    {
        if (status.IsSuccess)
        {
            throw new ArgumentException("the transaction did not fail", nameof(status));
        }

        if (_phase == Phase.None)
        {
            ThrowNoTransaction();
        }

        RaiseDataAbort(status.StatusCode, NextAddress, _phase == Phase.Write);
    }

    /// <summary>
    /// Changes the registers as the instruction does, and advances PC, when all transactions have succeeded. After a fault it
    /// does nothing, apart from the progress that a memory copy or set has made.
    /// </summary>
    /// <param name="registers">The registers that the plan was prepared with.</param>
    /// <returns><see cref="EmulationStatus.Completed"/>, or the status that ended the emulation before.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Transactions are outstanding.</exception>
    public EmulationStatus Commit(IGuestRegisters registers)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));

        if (_phase != Phase.None)
        {
            throw new InvalidOperationException("transactions are outstanding");
        }

        if (_status == EmulationStatus.Pending)
        {
            if (_access.InstructionSet == InstructionSet.A64)
            {
                CommitA64(registers);
                _status = EmulationStatus.Completed;
            }
            else
            {
                CommitAArch32(registers);
            }
        }

        return _status;
    }

    /// <summary>Prepares a plan and drives it on a bus to its end.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> or <paramref name="bus"/> is null.</exception>
    /// <exception cref="ArgumentException">A transaction is wider than 8 bytes and <paramref name="bus"/> is no <see cref="IWideMmioBus"/>.</exception>
    public EmulationStatus Execute(in AccessDescriptor access, IGuestRegisters registers, IMmioBus bus, in EmulationOptions options)
    {
        _ = bus ?? throw new ArgumentNullException(nameof(bus));

        Prepare(in access, registers, in options);
        while (TryGetNext(out BusTransaction transaction))
        {
            BusStatus status;
            ulong value = 0;
            if (transaction.Size > sizeof(ulong))
            {
                PerformWide(bus, in transaction);
                continue;
            }

            if (transaction.Operation == BusOperation.Read)
            {
                status = bus.Read(transaction.Address, transaction.Size, out value);
            }
            else
            {
                status = bus.Write(transaction.Address, transaction.Size, transaction.Low);
            }

            if (!status.IsSuccess)
            {
                Fail(status);
                break;
            }

            Complete(value);
        }

        return Commit(registers);
    }

    /// <summary>The range of addresses that the instruction touches, for comparison with what an exit reports.</summary>
    /// <param name="index">0 to <see cref="RangeCount"/> − 1.</param>
    /// <returns>The range.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not in the range.</exception>
    public AddressRange GetRange(int index)
    {
        if ((uint)index >= (uint)RangeCount)
        {
            throw new ArgumentOutOfRangeException(nameof(index));
        }

        return RangeAt(index);
    }

    private void PerformWide(IMmioBus bus, in BusTransaction transaction)
    {
        var wide = bus as IWideMmioBus ?? throw new ArgumentException("transactions of more than 8 bytes need an IWideMmioBus", nameof(bus));
        Span<byte> data = stackalloc byte[transaction.Size];
        BusStatus status;
        if (transaction.Operation == BusOperation.Read)
        {
            status = wide.ReadWide(transaction.Address, data);
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data, transaction.Low);
            BinaryPrimitives.WriteUInt64LittleEndian(data.Slice(8), transaction.High);
            status = wide.WriteWide(transaction.Address, data, out _);
        }

        if (!status.IsSuccess)
        {
            Fail(status);
            return;
        }

        Complete(BinaryPrimitives.ReadUInt64LittleEndian(data), BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(8)));
    }

    // Addresses wrap modulo 2^64, or 2^32 in AArch32.
    private ulong NextAddress => (_address + ((ulong)(uint)_element << _sizeLog2) + (uint)_done) & _addressMask;

    // The size of the transaction at an address inside the present element: the whole rest if the bus and the policy take
    // it, otherwise the largest power of two that does not leave its own alignment.
    private int NextPiece(ulong address)
    {
        int rest = (1 << _sizeLog2) - _done;
        int size = Math.Min(rest, _options.BusWidth);
        while ((size & (size - 1)) != 0)
        {
            size &= size - 1;
        }

        bool pass = _options.Unaligned == UnalignedPolicy.Pass && (int)(address & (PageSize - 1)) <= PageSize - size;
        while (!pass && (address & (ulong)(size - 1)) != 0)
        {
            size >>= 1;
        }

        return size;
    }

    // Starts a phase of _count elements.
    private void Begin(Phase phase)
    {
        _phase = phase;
        _element = 0;
        _done = 0;
        int size = 1 << _sizeLog2;
        _pieceSize = (_address & (ulong)(size - 1)) == 0 && size <= _options.BusWidth ? size : 0;
    }

    private EmulationStatus Refuse(NotEmulatedReason reason)
    {
        _reason = reason;
        return _status = EmulationStatus.NotEmulated;
    }

    private EmulationStatus Unsupported(NotEmulatedReason reason)
    {
        switch (_options.Unsupported)
        {
            case UnsupportedPolicy.ExternalAbort:
                return RaiseDataAbort(FaultStatusCode.SynchronousExternalAbort, _address, _access.IsWrite);
            case UnsupportedPolicy.Undefined:
                return Raise(EmulationFault.Exception(FaultReason.UndefinedInstruction));
            default:
                return Refuse(reason);
        }
    }

    private EmulationStatus RaiseDataAbort(FaultStatusCode code, ulong address, bool isWrite) =>
        Raise(EmulationFault.DataAbort(code, address, isWrite));

    private EmulationStatus Raise(in EmulationFault fault)
    {
        _fault = fault;
        _phase = Phase.None;
        return _status = EmulationStatus.Fault;
    }

    // The top byte becomes a copy of bit 55, as AArch64.BranchAddr and address translation do with TBI.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong RemoveTag(ulong address) => _options.TopByteIgnored ? (ulong)((long)(address << 8) >> 8) : address;

    // Values of elements are kept as the bus sees them; the guest's byte order applies between here and the registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong GetElement(int index) => _options.BigEndian ? Reverse(_elements[index].Low, _sizeLog2) : _elements[index].Low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetElement(int index, ulong value) => _elements[index].Low = _options.BigEndian ? Reverse(value, _sizeLog2) : value;

    private void GetElement(int index, out ulong low, out ulong high)
    {
        low = _elements[index].Low;
        high = _elements[index].High;
        OrderBytes(ref low, ref high);
    }

    private void SetElement(int index, ulong low, ulong high)
    {
        OrderBytes(ref low, ref high);
        _elements[index].Low = low;
        _elements[index].High = high;
    }

    private void OrderBytes(ref ulong low, ref ulong high)
    {
        if (!_options.BigEndian)
        {
            return;
        }

        if (_sizeLog2 == 4)
        {
            ulong first = BinaryPrimitives.ReverseEndianness(high);
            high = BinaryPrimitives.ReverseEndianness(low);
            low = first;
        }
        else
        {
            low = Reverse(low, _sizeLog2);
        }
    }

    private static ulong Reverse(ulong value, int sizeLog2) =>
        BinaryPrimitives.ReverseEndianness(value) >> (64 - (8 << sizeLog2));

    private static ulong LowBytes(int size) => ulong.MaxValue >> (64 - (8 * Math.Min(size, 8)));

    private static void ShiftRight(ref ulong low, ref ulong high, int bytes)
    {
        if (bytes >= 8)
        {
            low = high >> (8 * (bytes - 8));
            high = 0;
        }
        else if (bytes > 0)
        {
            low = (low >> (8 * bytes)) | (high << (64 - (8 * bytes)));
            high >>= 8 * bytes;
        }
    }

    private static void ShiftLeft(ref ulong low, ref ulong high, int bytes)
    {
        if (bytes >= 8)
        {
            high = low << (8 * (bytes - 8));
            low = 0;
        }
        else if (bytes > 0)
        {
            high = (high << (8 * bytes)) | (low >> (64 - (8 * bytes)));
            low <<= 8 * bytes;
        }
    }

    private static void ThrowNoTransaction() => throw new InvalidOperationException("no transaction is outstanding");

    private struct Element
    {
        public ulong Low;
        public ulong High;
    }
}
