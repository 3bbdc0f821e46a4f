using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Handling;

/// <content>The bus that a plan sees: guest memory, or the devices.</content>
internal sealed partial class AccessTranslator : INonFaultMmioBus, ITagMemory, ITransactionBus
{
    /// <summary>Performs all transactions of a plan.</summary>
    public void Perform(AccessPlan plan)
    {
        var reference = new Reference(this);
        plan.Drive(ref reference, this);
    }

    /// <summary>Performs all transactions of a plan, of up to 8 bytes, in a device's page.</summary>
    public void Perform(AccessPlan plan, ulong physicalPage)
    {
        var page = new DevicePage(this, physicalPage);
        plan.Drive(ref page, null);
    }

    /// <summary>Performs a plain load or store in a device's page, unless its exit is abandoned in the middle.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public EmulationStatus Perform<TTransfer>(
        ref TTransfer transfer, in AccessDescriptor access, IGuestRegisters registers, ulong physicalPage, ulong pc, out BusStatus answer)
        where TTransfer : struct, IPlainTransfer
    {
        var page = new DevicePage(this, physicalPage);
        return transfer.Perform(in access, registers, ref page, topByteIgnored: false, pc, out answer);
    }

    /// <summary>Reads guest memory, in ascending order of addresses.</summary>
    public BusStatus ReadMemory(ulong physicalAddress, Span<byte> data) =>
        _memory is not null && _memory.TryRead(physicalAddress, data) ? BusStatus.Success : BusStatus.ExternalAbort;

    /// <summary>Writes guest memory.</summary>
    public BusStatus WriteMemory(ulong physicalAddress, ReadOnlySpan<byte> data) =>
        _ram is not null && _ram.TryWrite(physicalAddress, data) ? BusStatus.Success : BusStatus.ExternalAbort;

    /// <inheritdoc/>
    public BusStatus Perform(in BusTransaction transaction, Span<byte> data)
    {
        BusStatus status = Locate(transaction, out ulong physicalAddress, out bool isMemory);
        if (!status.IsSuccess)
        {
            return status;
        }

        if (!isMemory || transaction.Operation is BusOperation.ReadTag or BusOperation.WriteTag)
        {
            return _devices is ITransactionBus devices
                ? devices.Perform(transaction.At(physicalAddress), data)
                : throw new InvalidOperationException("WholeTransactions needs devices that are an ITransactionBus");
        }

        // Atomics never lie partly in memory: they are aligned, or within sixteen bytes.
        return transaction.Operation switch
        {
            BusOperation.Read => ReadMemory(physicalAddress, data),
            BusOperation.Write => WriteMemory(physicalAddress, data),
            _ => BusStatus.ExternalAbort,
        };
    }

    /// <inheritdoc/>
    public BusStatus Read(ulong address, int size, out ulong value)
    {
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out bool isMemory);
        if (status.IsSuccess)
        {
            status = isMemory ? ReadMemory(physicalAddress, size, out value) : _devices.Read(physicalAddress, size, out value);
            return IsAbandoned ? BusStatus.ExternalAbort : status;
        }

        value = 0;
        return status;
    }

    /// <inheritdoc/>
    public BusStatus Write(ulong address, int size, ulong value)
    {
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out bool isMemory);
        if (status.IsSuccess)
        {
            status = isMemory ? WriteMemory(physicalAddress, size, value) : _devices.Write(physicalAddress, size, value);
        }

        return IsAbandoned ? BusStatus.ExternalAbort : status;
    }

    // Apart, as room for bytes has a price also where it is not used.
    private BusStatus ReadMemory(ulong physicalAddress, int size, out ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        BusStatus status = ReadMemory(physicalAddress, data.Slice(0, size));
        value = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return status;
    }

    private BusStatus WriteMemory(ulong physicalAddress, int size, ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(data, value);
        return WriteMemory(physicalAddress, data.Slice(0, size));
    }

    /// <inheritdoc/>
    public BusStatus ReadWide(ulong address, Span<byte> data)
    {
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out bool isMemory);
        return !status.IsSuccess ? status
            : isMemory ? ReadMemory(physicalAddress, data)
            : Wide().ReadWide(physicalAddress, data);
    }

    /// <inheritdoc/>
    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = 0;
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out bool isMemory);
        return !status.IsSuccess ? status
            : isMemory ? WriteMemory(physicalAddress, data)
            : Wide().WriteWide(physicalAddress, data, out deviceStatus);
    }

    /// <inheritdoc/>
    public BusStatus ReadTag(ulong address, out byte tag)
    {
        tag = 0;
        BusStatus status = Locate(address, write: false, _unprivilegedRead, out ulong physicalAddress, out _);
        return status.IsSuccess ? Tags().ReadTag(physicalAddress, out tag) : status;
    }

    /// <inheritdoc/>
    public BusStatus WriteTag(ulong address, byte tag)
    {
        BusStatus status = Locate(address, write: true, _unprivilegedWrite, out ulong physicalAddress, out _);
        return status.IsSuccess ? Tags().WriteTag(physicalAddress, tag) : status;
    }

    /// <inheritdoc/>
    public BusStatus ReadNonFault(ulong address, int size, out ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        BusStatus status = ReadNonFaultWide(address, data.Slice(0, size));
        value = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return status;
    }

    /// <inheritdoc/>
    public BusStatus ReadNonFaultWide(ulong address, Span<byte> data)
    {
        BusStatus status = LocateNonFault(address, out ulong physicalAddress);
        return status.IsSuccess ? ReadMemory(physicalAddress, data) : status;
    }

    private IWideMmioBus Wide() => _devices as IWideMmioBus
        ?? throw new InvalidOperationException("transactions of more than 8 bytes need devices that are an IWideMmioBus");

    private ITagMemory Tags() => _devices as ITagMemory
        ?? throw new InvalidOperationException("TaggedMemory needs devices that are an ITagMemory");

    // As a struct, so that the plan's driver has code of its own for it that calls without a detour.
    private readonly struct Reference(AccessTranslator translator) : IMmioBus
    {
        public BusStatus Read(ulong address, int size, out ulong value) => translator.Read(address, size, out value);

        public BusStatus Write(ulong address, int size, ulong value) => translator.Write(address, size, value);
    }

    // The devices behind one page of the guest's, all of whose addresses lead there.
    private readonly struct DevicePage(AccessTranslator translator, ulong physicalPage) : IMmioBus
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public BusStatus Read(ulong address, int size, out ulong value)
        {
            BusStatus status = translator._devices.Read(physicalPage | (address & GuestPage.OffsetMask), size, out value);
            return translator.IsAbandoned ? BusStatus.ExternalAbort : status;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public BusStatus Write(ulong address, int size, ulong value)
        {
            BusStatus status = translator._devices.Write(physicalPage | (address & GuestPage.OffsetMask), size, value);
            return translator.IsAbandoned ? BusStatus.ExternalAbort : status;
        }
    }
}
