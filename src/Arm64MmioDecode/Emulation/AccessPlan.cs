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
/// <see cref="Prepare(in AccessDescriptor, IGuestRegisters, in EmulationOptions)"/>, then <see cref="TryGetNext"/> and <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> until there is no
/// more transaction, then <see cref="Commit"/>. Between the steps any time may pass. A plan may be abandoned at any step by
/// preparing the next one: the registers have not changed before <see cref="Commit"/>.
/// </para>
/// </remarks>
public sealed partial class AccessPlan
{
    // LD4 of bytes: four registers of sixteen.
    private const int MaxElements = 64;
    private const int PageSize = 4096;
    private const int BlockSize = 64;
    private const int ZeroRegister = 31;

    private readonly Element[] _elements = new Element[MaxElements];
    private readonly ExclusiveMonitor _monitor;
    private readonly IPointerAuthentication? _authentication;

    private AccessDescriptor _access;
    private EmulationOptions _options;
    private EmulationStatus _status = EmulationStatus.NotEmulated;
    private NotEmulatedReason _reason = NotEmulatedReason.NotMemoryAccess;
    private UndefinedReason _undefined;
    private EmulationFault _fault;

    // What nearly every access asks of the options. They are copied as a whole, and to read a part of what was written with
    // a wide store a moment ago can take some five nanoseconds.
    private bool _bigEndian;
    private bool _topByteIgnored;
    private int _busWidth;

    // The elements of the present phase: of 1 << _sizeLog2 bytes each, one after the other from _address up. _element is the
    // next one, of which _done bytes are done; _remaining elements are left, this one included. _pieceSize is the size of the
    // next transaction, 0 when it has to be computed from its address. A uniform phase writes element 0 everywhere.
    private Phase _phase;
    private bool _uniform;
    private bool _descending;
    private bool _unprivileged;
    private int _sizeLog2;
    private int _count;
    private int _element;
    private int _remaining;
    private int _done;
    private int _pieceSize;
    private ulong _address;
    private ulong _reported;
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

    // What a phase does with its elements: 0, or a BusOperation plus one.
    private enum Phase : byte
    {
        None = 0,
        Read = BusOperation.Read + 1,
        Write = BusOperation.Write + 1,
        ReadTag = BusOperation.ReadTag + 1,
        WriteTag = BusOperation.WriteTag + 1,
    }

    /// <summary>The instruction that the plan was last prepared for.</summary>
    public AccessDescriptor Access => _access;

    /// <summary>The local monitor.</summary>
    public ExclusiveMonitor Monitor => _monitor;

    /// <summary>Where the emulation stands.</summary>
    public EmulationStatus Status => _status;

    /// <summary>The exception for the guest, when <see cref="Status"/> is <see cref="EmulationStatus.Fault"/>.</summary>
    public EmulationFault Fault => _fault;

    /// <summary>Why nothing happened, when <see cref="Status"/> is <see cref="EmulationStatus.NotEmulated"/>.</summary>
    public NotEmulatedReason NotEmulatedReason => _reason;

    /// <summary>Why the instruction does not access memory, when <see cref="Status"/> is <see cref="EmulationStatus.Undefined"/>.</summary>
    public UndefinedReason UndefinedReason => _undefined;

    /// <summary>Computes addresses and, for a store, data from the registers. Nothing is accessed and no register changes.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers; only those that the instruction uses are read.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>
    /// <see cref="EmulationStatus.Pending"/>, or <see cref="EmulationStatus.Fault"/> or <see cref="EmulationStatus.NotEmulated"/>
    /// when there is nothing to go on with.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">The address is not in the descriptor (<see cref="AddressingMode.Reported"/>): give it.</exception>
    public EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (access.AddressingMode == AddressingMode.Reported)
        {
            throw new ArgumentException("a descriptor that was made from a syndrome needs the address of the exit", nameof(access));
        }

        return Prepare(in access, 0, registers, in options);
    }

    /// <summary>Computes data from the registers, for a descriptor that was made from a syndrome and so has no address of its own.</summary>
    /// <param name="access">The access.</param>
    /// <param name="reportedAddress">The address that the exit reports; used for <see cref="AddressingMode.Reported"/> only.</param>
    /// <param name="registers">The vCPU's registers; only those that the instruction uses are read.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>As <see cref="Prepare(in AccessDescriptor, IGuestRegisters, in EmulationOptions)"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    public EmulationStatus Prepare(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, in EmulationOptions options)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        _reported = reportedAddress;
        access.CopyTo(ref _access);
        _options = options;
        _bigEndian = options.BigEndian;
        _topByteIgnored = options.TopByteIgnored;
        _busWidth = options.BusWidth;
        _status = EmulationStatus.Pending;
        _reason = NotEmulatedReason.None;
        _undefined = UndefinedReason.None;
        _phase = Phase.None;
        _uniform = false;
        _descending = false;
        _unprivileged = (access.NamedProperties & AccessProperties.Unprivileged) != 0;
        _count = 0;
        _left = 0;
        _transferred = 0;
        if (access.InstructionSet == InstructionSet.A64)
        {
            _addressMask = ulong.MaxValue;
            return PrepareA64(in access, registers, in options);
        }

        _addressMask = uint.MaxValue;
        return PrepareAArch32(registers);
    }

    /// <summary>
    /// The next transaction. It stays the next one until <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> is called.
    /// </summary>
    /// <param name="transaction">The transaction, when the result is true.</param>
    /// <returns>Whether there is one; when not, <see cref="Commit"/> is due.</returns>
    public bool TryGetNext(out BusTransaction transaction)
    {
        if (_phase == Phase.None)
        {
            transaction = default;
            return false;
        }

        ulong address = NextAddress;
        int size = NextSize();
        ulong low = 0, high = 0;
        if (_phase is Phase.Write or Phase.WriteTag)
        {
            ref Element element = ref _elements[_uniform ? 0 : _element];
            low = element.Low;
            high = element.High;
            if (size <= sizeof(ulong))
            {
                ShiftRight(ref low, ref high, _done);
                high = 0;
                low &= LowBytes(size);
            }
        }

        transaction = new BusTransaction((BusOperation)(_phase - 1), size, _unprivileged, RemoveTag(address), low, high);
        return true;
    }

    /// <summary>Copies the data of a write, for transactions that do not fit into <see cref="BusTransaction.Low"/>.</summary>
    /// <param name="destination">Receives the bytes in ascending order of addresses; at least as long as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void CopyData(Span<byte> destination)
    {
        if (!TryGetNext(out BusTransaction transaction))
        {
            ThrowNoTransaction();
        }

        if (destination.Length < transaction.Size)
        {
            throw new ArgumentException("too short for the transaction", nameof(destination));
        }

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

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="low">
    /// For a read the first eight bytes, the byte at the lowest address least significant, or the tag; bits beyond the transaction's
    /// size are ignored. For a write of 64 bytes what the device answered to ST64BV and ST64BV0.
    /// </param>
    /// <param name="high">For a read of 16 bytes the second eight bytes.</param>
    /// <exception cref="InvalidOperationException">There is no transaction, or it reads 64 bytes.</exception>
    public void Complete(ulong low = 0, ulong high = 0)
    {
        if (_phase == Phase.None)
        {
            ThrowNoTransaction();
        }

        int size = NextSize();
        if (size == BlockSize)
        {
            CompleteBlock(low);
            return;
        }

        if (_phase is Phase.Read or Phase.ReadTag)
        {
            ref Element element = ref _elements[_element];
            if (size <= sizeof(ulong))
            {
                high = 0;
                low &= LowBytes(size);
                ShiftLeft(ref low, ref high, _done);
            }

            if (_done == 0)
            {
                element.Low = low;
                element.High = high;
            }
            else
            {
                element.Low |= low;
                element.High |= high;
            }
        }

        // Aligned elements are alike. How others are divided depends on their address, even if this one was not.
        int elementSize = 1 << _sizeLog2;
        if (size != elementSize || (_address & (ulong)(elementSize - 1)) != 0)
        {
            _pieceSize = 0;
            _done += size;
            if (_done < elementSize)
            {
                return;
            }

            _done = 0;
        }

        Advance();
    }

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="data">For a read the bytes in ascending order of addresses, exactly as many as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length than the transaction.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Complete(ReadOnlySpan<byte> data)
    {
        if (_phase == Phase.None)
        {
            ThrowNoTransaction();
        }

        int size = NextSize();
        if (data.Length != size)
        {
            throw new ArgumentException("not the length of the transaction", nameof(data));
        }

        if (size == BlockSize)
        {
            for (int i = 0; i < BlockSize / sizeof(ulong); i++)
            {
                _elements[i].Low = BinaryPrimitives.ReadUInt64LittleEndian(data.Slice(sizeof(ulong) * i));
            }

            _phase = Phase.None;
            return;
        }

        Span<byte> bytes = stackalloc byte[2 * sizeof(ulong)];
        bytes.Clear();
        data.CopyTo(bytes);
        Complete(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes.Slice(sizeof(ulong))));
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

        // An MMU fault of a block operation reports the address in Xt (Arm ARM, AArch64.DataMemZero and AArch64.WriteTagMem).
        bool given = IsBlockOperation && status.StatusCode != FaultStatusCode.SynchronousExternalAbort;
        RaiseDataAbort(status.StatusCode, given ? _given : NextAddress, _phase is Phase.Write or Phase.WriteTag);
    }

    /// <summary>
    /// Changes the registers as the instruction does, and advances PC, when all transactions have succeeded. After a fault it
    /// does nothing, apart from the progress that a memory copy or set has made.
    /// </summary>
    /// <param name="registers">The registers that the plan was prepared with.</param>
    /// <returns>
    /// <see cref="EmulationStatus.Completed"/>, <see cref="EmulationStatus.Continue"/>, or the status that ended the emulation before.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Transactions are outstanding.</exception>
    public EmulationStatus Commit(IGuestRegisters registers)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        if (_phase != Phase.None)
        {
            throw new InvalidOperationException("transactions are outstanding");
        }

        if (_status == EmulationStatus.Pending || (_status == EmulationStatus.Fault && IsMemoryCopyOrSet))
        {
            if (_access.InstructionSet == InstructionSet.A64)
            {
                CommitA64(registers);
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
    /// <exception cref="ArgumentException">
    /// A transaction is wider than 8 bytes and <paramref name="bus"/> is no <see cref="IWideMmioBus"/>, or it transfers a tag and
    /// <paramref name="bus"/> is no <see cref="ITagMemory"/>.
    /// </exception>
    public EmulationStatus Execute(in AccessDescriptor access, IGuestRegisters registers, IMmioBus bus, in EmulationOptions options)
    {
        var reference = new BusReference(bus ?? throw new ArgumentNullException(nameof(bus)));
        Prepare(in access, registers, in options);
        Drive(ref reference, bus);
        return Commit(registers);
    }

    /// <summary>Prepares a plan for an access that a syndrome describes, and drives it on a bus to its end.</summary>
    /// <param name="access">The access.</param>
    /// <param name="reportedAddress">The address that the exit reports; used for <see cref="AddressingMode.Reported"/> only.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> or <paramref name="bus"/> is null.</exception>
    /// <exception cref="ArgumentException">As <see cref="Execute(in AccessDescriptor, IGuestRegisters, IMmioBus, in EmulationOptions)"/>.</exception>
    public EmulationStatus Execute(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, IMmioBus bus, in EmulationOptions options)
    {
        var reference = new BusReference(bus ?? throw new ArgumentNullException(nameof(bus)));
        Prepare(in access, reportedAddress, registers, in options);
        Drive(ref reference, bus);
        return Commit(registers);
    }

    /// <summary>Prepares a plan and drives it on a bus to its end, without virtual calls.</summary>
    /// <typeparam name="TBus">The bus, which takes transactions of up to 8 bytes and no tags.</typeparam>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">A transaction is wider than 8 bytes or transfers a tag.</exception>
    public EmulationStatus Execute<TBus>(in AccessDescriptor access, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        Prepare(in access, registers, in options);
        Drive(ref bus, null);
        return Commit(registers);
    }

    /// <summary>Prepares a plan for an access that a syndrome describes, and drives it on a bus to its end, without virtual calls.</summary>
    /// <typeparam name="TBus">The bus, which takes transactions of up to 8 bytes and no tags.</typeparam>
    /// <param name="access">The access.</param>
    /// <param name="reportedAddress">The address that the exit reports; used for <see cref="AddressingMode.Reported"/> only.</param>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="bus">What it accesses. An exception that it throws leaves the registers unchanged.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>How it ended; see <see cref="Fault"/> and <see cref="NotEmulatedReason"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">A transaction is wider than 8 bytes or transfers a tag.</exception>
    public EmulationStatus Execute<TBus>(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, ref TBus bus, in EmulationOptions options)
        where TBus : struct, IMmioBus
    {
        Prepare(in access, reportedAddress, registers, in options);
        Drive(ref bus, null);
        return Commit(registers);
    }

    /// <summary>Performs all transactions of a prepared plan.</summary>
    /// <param name="bus">The bus, for transactions of up to 8 bytes.</param>
    /// <param name="wide">The same bus, for the others.</param>
    internal void Drive<TBus>(ref TBus bus, IMmioBus? wide)
        where TBus : struct, IMmioBus
    {
        while (_phase != Phase.None)
        {
            // Elements that are one transaction each are the common case; tags and 64 bytes are wider than eight.
            if (_pieceSize > sizeof(ulong) || _pieceSize != 1 << _sizeLog2)
            {
                DriveInPieces(ref bus, wide);
                return;
            }

            if (_phase == Phase.Read)
            {
                ReadElements(ref bus);
            }
            else
            {
                WriteElements(ref bus);
            }
        }
    }

    // All elements of a phase that reads, each in one transaction of up to 8 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ReadElements<TBus>(ref TBus bus)
        where TBus : struct, IMmioBus
    {
        int size = _pieceSize;
        for (int index = _element, end = index + _remaining; index < end; index++)
        {
            BusStatus status = bus.Read(AddressOf(index), size, out ulong value);
            if (!status.IsSuccess)
            {
                _element = index;
                Fail(status);
                return;
            }

            ref Element element = ref _elements[index];
            element.Low = value & LowBytes(size);
            element.High = 0;
        }

        CompletePhase();
    }

    // All elements of a phase that writes, each in one transaction of up to 8 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteElements<TBus>(ref TBus bus)
        where TBus : struct, IMmioBus
    {
        int size = _pieceSize;
        int step = _descending ? -1 : 1;
        for (int remaining = _remaining, index = _element; remaining != 0; remaining--, index += step)
        {
            BusStatus status = bus.Write(AddressOf(index), size, _elements[_uniform ? 0 : index].Low & LowBytes(size));
            if (!status.IsSuccess)
            {
                _element = index;
                Fail(status);
                return;
            }
        }

        CompletePhase();
    }

    // What the bus sees as the address of an element.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong AddressOf(int index) => RemoveTag((_address + ((ulong)(uint)index << _sizeLog2)) & _addressMask);

    private void DriveInPieces<TBus>(ref TBus bus, IMmioBus? wide)
        where TBus : struct, IMmioBus
    {
        while (TryGetNext(out BusTransaction transaction))
        {
            if (transaction.Size > sizeof(ulong))
            {
                PerformWide(wide, in transaction);
                continue;
            }

            ulong value = 0;
            BusStatus status = transaction.Operation == BusOperation.Read
                ? bus.Read(transaction.Address, transaction.Size, out value)
                : bus.Write(transaction.Address, transaction.Size, transaction.Low);
            Finish(status, value);
        }
    }

    // Tags, 16 bytes and 64 bytes: what a plain IMmioBus does not know.
    private void PerformWide(IMmioBus? bus, in BusTransaction transaction)
    {
        BusStatus status;
        if (transaction.Operation is BusOperation.ReadTag or BusOperation.WriteTag)
        {
            var tags = bus as ITagMemory ?? throw new ArgumentException("TaggedMemory needs a bus that is an ITagMemory", nameof(bus));
            byte tag = 0;
            status = transaction.Operation == BusOperation.ReadTag
                ? tags.ReadTag(transaction.Address, out tag)
                : tags.WriteTag(transaction.Address, (byte)transaction.Low);
            Finish(status, tag);
            return;
        }

        var wide = bus as IWideMmioBus ?? throw new ArgumentException("transactions of more than 8 bytes need an IWideMmioBus", nameof(bus));
        Span<byte> data = stackalloc byte[BlockSize];
        data = data.Slice(0, transaction.Size);
        if (transaction.Operation == BusOperation.Write)
        {
            CopyData(data);
            status = wide.WriteWide(transaction.Address, data, out ulong deviceStatus);
            Finish(status, deviceStatus);
            return;
        }

        status = wide.ReadWide(transaction.Address, data);
        if (status.IsSuccess)
        {
            Complete(data);
        }
        else
        {
            Fail(status);
        }
    }

    private void Finish(BusStatus status, ulong value)
    {
        if (status.IsSuccess)
        {
            Complete(value);
        }
        else
        {
            Fail(status);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance()
    {
        _element += _descending ? -1 : 1;
        if (--_remaining == 0)
        {
            CompletePhase();
        }
    }

    // Nothing follows the transfer of a plain load or store, which is what most exits are.
    private void CompletePhase()
    {
        if (_access.Kind is AccessKind.Load or AccessKind.Store && (_access.NamedProperties & AccessProperties.WritesTags) == 0)
        {
            _phase = Phase.None;
        }
        else
        {
            EndPhase();
        }
    }

    // Addresses wrap modulo 2^64, or 2^32 in AArch32.
    private ulong NextAddress => (_address + ((ulong)(uint)_element << _sizeLog2) + (uint)_done) & _addressMask;

    private int NextSize() => _pieceSize != 0 ? _pieceSize : _pieceSize = NextPiece(NextAddress);

    // The size of the transaction at an address inside the present element: the whole rest if the bus and the policy take
    // it, otherwise the largest power of two that does not leave its own alignment.
    private int NextPiece(ulong address)
    {
        int rest = (1 << _sizeLog2) - _done;
        int size = Math.Min(rest, _busWidth);
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

    // Starts a phase of _count elements from _address on.
    private void Begin(Phase phase)
    {
        _phase = phase;
        _remaining = _count;
        _element = _descending ? _count - 1 : 0;
        _done = 0;
        int size = 1 << _sizeLog2;
        _pieceSize = (_address & (ulong)(size - 1)) == 0 && size <= _busWidth ? size : 0;
    }

    private EmulationStatus Refuse(NotEmulatedReason reason)
    {
        _reason = reason;
        return _status = EmulationStatus.NotEmulated;
    }

    private EmulationStatus Unpredictable() => _options.Unpredictable == UnpredictablePolicy.Undefined
        ? RaiseException(FaultReason.UndefinedInstruction)
        : Refuse(NotEmulatedReason.ConstrainedUnpredictable);

    private EmulationStatus Unsupported(NotEmulatedReason reason)
    {
        switch (_options.Unsupported)
        {
            case UnsupportedPolicy.ExternalAbort:
                return Raise(EmulationFault.ExternalAbortWithoutAddress(_access.IsWrite));
            case UnsupportedPolicy.Undefined:
                return RaiseException(FaultReason.UndefinedInstruction);
            default:
                return Refuse(reason);
        }
    }

    // Not inlined, these two: room for a fault would have to be cleared at each beginning of the method that may raise it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private EmulationStatus RaiseDataAbort(FaultStatusCode code, ulong address, bool isWrite) =>
        Raise(EmulationFault.DataAbort(code, address, isWrite));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private EmulationStatus RaiseException(FaultReason reason, uint syndrome = 0) => Raise(EmulationFault.Exception(reason, syndrome));

    private EmulationStatus Raise(in EmulationFault fault)
    {
        _fault = fault;
        _phase = Phase.None;
        return _status = EmulationStatus.Fault;
    }

    // The top byte becomes a copy of bit 55, as AArch64.BranchAddr and address translation do with TBI.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong RemoveTag(ulong address) => _topByteIgnored ? (ulong)((long)(address << 8) >> 8) : address;

    // Values of elements are kept as the bus sees them; the guest's byte order applies between here and the registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong GetElement(int index) => _bigEndian ? Reverse(_elements[index].Low, _sizeLog2) : _elements[index].Low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetElement(int index, ulong value) => _elements[index].Low = _bigEndian ? Reverse(value, _sizeLog2) : value;

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
        if (!_bigEndian)
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

    private static ulong LowBytes(int size) => ulong.MaxValue >> (64 - (8 * size));

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

    // A bus that is an object, as the driver takes it.
    private readonly struct BusReference : IMmioBus
    {
        private readonly IMmioBus _bus;

        public BusReference(IMmioBus bus) => _bus = bus;

        public BusStatus Read(ulong address, int size, out ulong value) => _bus.Read(address, size, out value);

        public BusStatus Write(ulong address, int size, ulong value) => _bus.Write(address, size, value);
    }

    private struct Element
    {
        public ulong Low;
        public ulong High;
    }
}
