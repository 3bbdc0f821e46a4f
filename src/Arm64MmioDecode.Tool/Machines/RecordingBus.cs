using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>
/// A bus over a device that remembers every access to data. Where there is no device, it answers with an External abort. Only
/// <see cref="ByteMemory"/> has Allocation Tags.
/// </summary>
internal sealed class RecordingBus : IWideMmioBus, ITagMemory
{
    private readonly IDevice _device;
    private readonly List<Transaction> _transactions = [];

    public RecordingBus(IDevice device)
    {
        _device = device;
    }

    /// <summary>What was accessed since the last <see cref="Clear"/>.</summary>
    public IReadOnlyList<Transaction> Transactions => _transactions;

    public void Clear() => _transactions.Clear();

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        BusStatus status = ReadWide(address, data[..size]);
        value = BinaryPrimitives.ReadUInt64LittleEndian(data);
        return status;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        Span<byte> data = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(data, value);
        return WriteWide(address, data[..size], out _);
    }

    public BusStatus ReadWide(ulong address, Span<byte> data)
    {
        if (!_device.TryRead(address, data))
        {
            return BusStatus.ExternalAbort;
        }

        _transactions.Add(new Transaction(IsWrite: false, address, data.ToArray()));
        return BusStatus.Success;
    }

    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = 0;
        if (!_device.TryWrite(address, data))
        {
            return BusStatus.ExternalAbort;
        }

        _transactions.Add(new Transaction(IsWrite: true, address, data.ToArray()));
        return BusStatus.Success;
    }

    public BusStatus ReadTag(ulong address, out byte tag)
    {
        tag = 0;
        return _device is ByteMemory memory && memory.TryReadTag(address, out tag) ? BusStatus.Success : BusStatus.ExternalAbort;
    }

    public BusStatus WriteTag(ulong address, byte tag) =>
        _device is ByteMemory memory && memory.TryWriteTag(address, tag) ? BusStatus.Success : BusStatus.ExternalAbort;
}
