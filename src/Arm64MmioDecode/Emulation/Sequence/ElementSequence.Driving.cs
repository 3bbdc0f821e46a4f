using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <content>All that is left of a phase on a bus that answers at once.</content>
internal sealed partial class ElementSequence
{
    /// <summary>Performs the rest of the phase.</summary>
    /// <typeparam name="TBus">A struct, so that each bus has code of its own that calls without a detour.</typeparam>
    /// <param name="bus">The bus, for transactions of up to 8 bytes.</param>
    /// <param name="wide">The same bus, for the others.</param>
    /// <returns>Success when the phase has ended; otherwise what the bus answered to the next transaction.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public BusStatus Run<TBus>(ref TBus bus, IMmioBus? wide)
        where TBus : struct, IMmioBus
    {
        // Elements that are one transaction each are the common case; tags and 64 bytes are wider than eight.
        if (_pieceSize > sizeof(ulong) || _pieceSize != 1 << _sizeLog2 || _path.IsWhole)
        {
            return _path.IsWhole ? RunWhole(wide) : RunInPieces(ref bus, wide);
        }

        return _phase == Phase.Read ? ReadElements(ref bus) : WriteElements(ref bus);
    }

    // All elements of a phase that reads, each in one transaction of up to 8 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BusStatus ReadElements<TBus>(ref TBus bus)
        where TBus : struct, IMmioBus
    {
        int size = _pieceSize;
        for (int index = _element, end = index + _remaining; index < end; index++)
        {
            BusStatus status = bus.Read(BusAddress(index), size, out ulong value);
            if (!status.IsSuccess)
            {
                _element = index;
                return status;
            }

            ref Element element = ref _elements[index];
            element.Low = value & Element.Mask(size);
            element.High = 0;
        }

        _element += _remaining;
        _phase = Phase.None;
        return BusStatus.Success;
    }

    // All elements of a phase that writes, each in one transaction of up to 8 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private BusStatus WriteElements<TBus>(ref TBus bus)
        where TBus : struct, IMmioBus
    {
        int size = _pieceSize;
        int step = _descending ? -1 : 1;
        for (int remaining = _remaining, index = _element; remaining != 0; remaining--, index += step)
        {
            BusStatus status = bus.Write(BusAddress(index), size, _elements[_uniform ? 0 : index].Low & Element.Mask(size));
            if (!status.IsSuccess)
            {
                _element = index;
                return status;
            }
        }

        _phase = Phase.None;
        return BusStatus.Success;
    }

    // What the bus sees as the address of an element that lies behind the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong BusAddress(int index) => _path.RemoveTag((_address + ((ulong)(uint)index << _sizeLog2)) & _path.AddressMask);

    private BusStatus RunInPieces<TBus>(ref TBus bus, IMmioBus? wide)
        where TBus : struct, IMmioBus
    {
        while (_phase != Phase.None)
        {
            BusTransaction next = Next();
            BusStatus status;
            ulong value = 0;
            if (next.Size > sizeof(ulong))
            {
                status = PerformWide(wide, in next, ref value);
            }
            else if (next.IsNonFault && wide is INonFaultMmioBus speculative)
            {
                status = speculative.ReadNonFault(next.Address, next.Size, out value);
            }
            else
            {
                status = next.Operation == BusOperation.Read
                    ? bus.Read(next.Address, next.Size, out value)
                    : bus.Write(next.Address, next.Size, next.Low);
            }

            if (!status.IsSuccess)
            {
                return IsFaultSuppressed() ? BusStatus.Success : status;
            }

            if (next.Size <= sizeof(ulong) || next.Operation != BusOperation.Read)
            {
                Complete(value, 0);
            }
        }

        return BusStatus.Success;
    }

    // On a bus that wants to know everything about each transaction.
    private BusStatus RunWhole(IMmioBus? bus)
    {
        var whole = bus as ITransactionBus ?? throw new ArgumentException("WholeTransactions needs a bus that is an ITransactionBus", nameof(bus));
        Span<byte> buffer = stackalloc byte[BlockSize];
        while (_phase != Phase.None)
        {
            BusTransaction next = Next();
            bool isTag = next.Operation is BusOperation.ReadTag or BusOperation.WriteTag;
            Span<byte> data = buffer.Slice(0, isTag ? 1 : next.Size);
            data.Clear();
            if (next.Operation is BusOperation.Write or BusOperation.CompareExchange)
            {
                CopyData(in next, data);
            }
            else if (next.Operation == BusOperation.WriteTag)
            {
                data[0] = (byte)next.Low;
            }

            BusStatus status = whole.Perform(in next, data);
            if (!status.IsSuccess)
            {
                return IsFaultSuppressed() ? BusStatus.Success : status;
            }

            if (next.Operation is BusOperation.Read or BusOperation.CompareExchange)
            {
                Complete(data);
            }
            else
            {
                Complete(isTag ? data[0] : next.Size == BlockSize ? BinaryPrimitives.ReadUInt64LittleEndian(data) : 0, 0);
            }
        }

        return BusStatus.Success;
    }

    // Tags, 16 bytes and 64 bytes: what a plain IMmioBus does not know. A read that succeeds is completed here.
    private BusStatus PerformWide(IMmioBus? bus, in BusTransaction transaction, ref ulong value)
    {
        if (transaction.Operation is BusOperation.ReadTag or BusOperation.WriteTag)
        {
            var tags = bus as ITagMemory ?? throw new ArgumentException("TaggedMemory needs a bus that is an ITagMemory", nameof(bus));
            byte tag = 0;
            BusStatus answer = transaction.Operation == BusOperation.ReadTag
                ? tags.ReadTag(transaction.Address, out tag)
                : tags.WriteTag(transaction.Address, (byte)transaction.Low);
            value = tag;
            return answer;
        }

        var wide = bus as IWideMmioBus ?? throw new ArgumentException("transactions of more than 8 bytes need an IWideMmioBus", nameof(bus));
        Span<byte> data = stackalloc byte[BlockSize];
        data = data.Slice(0, transaction.Size);
        if (transaction.Operation == BusOperation.Write)
        {
            CopyData(in transaction, data);
            return wide.WriteWide(transaction.Address, data, out value);
        }

        BusStatus status = transaction.IsNonFault && wide is INonFaultMmioBus speculative
            ? speculative.ReadNonFaultWide(transaction.Address, data)
            : wide.ReadWide(transaction.Address, data);
        if (status.IsSuccess)
        {
            Complete(data);
        }

        return status;
    }
}
