using System;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>Exactly the bytes of a state; anything else is an external abort. It logs what it is asked for.</summary>
public sealed class ManualBus(ManualState state) : IWideMmioBus, ITagMemory
{
    /// <summary>Every transaction: <c>r8@9000</c>, <c>w4@9008</c>, <c>rt@9000</c> (a tag).</summary>
    public List<string> Log { get; } = [];

    /// <summary>Which transaction fails, if any, counted from 0.</summary>
    public int FailAt { get; set; } = -1;

    /// <summary>What the failing transaction answers.</summary>
    public BusStatus Failure { get; set; } = BusStatus.Fault(FaultStatusCode.Permission(3));

    /// <summary>The answer to a 64-byte store with status.</summary>
    public ulong DeviceStatus { get; set; }

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        Span<byte> data = stackalloc byte[8];
        var status = Transfer(address, data[..size], isWrite: false);
        value = BitConverter.ToUInt64(data);
        return status;
    }

    public BusStatus Write(ulong address, int size, ulong value) => Transfer(address, BitConverter.GetBytes(value).AsSpan(0, size), isWrite: true);

    public BusStatus ReadWide(ulong address, Span<byte> data) => Transfer(address, data, isWrite: false);

    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = DeviceStatus;
        return Transfer(address, data.ToArray(), isWrite: true);
    }

    public BusStatus ReadTag(ulong address, out byte tag)
    {
        tag = state.Tags.GetValueOrDefault(address);
        return Answer("rt", address, exists: true);
    }

    public BusStatus WriteTag(ulong address, byte tag)
    {
        var status = Answer("wt", address, exists: true);
        if (status.IsSuccess)
        {
            state.Tags[address] = tag;
        }

        return status;
    }

    private BusStatus Transfer(ulong address, Span<byte> data, bool isWrite)
    {
        var exists = true;
        for (var i = 0; i < data.Length; i++)
        {
            exists &= state.Memory.ContainsKey(unchecked(address + (ulong)i));
        }

        var status = Answer((isWrite ? "w" : "r") + data.Length.ToString(CultureInfo.InvariantCulture), address, exists);
        for (var i = 0; i < data.Length && status.IsSuccess; i++)
        {
            var at = unchecked(address + (ulong)i);
            if (isWrite)
            {
                state.Memory[at] = data[i];
            }
            else
            {
                data[i] = state.Memory[at];
            }
        }

        return status;
    }

    private BusStatus Answer(string operation, ulong address, bool exists)
    {
        Log.Add($"{operation}@{address:x}");
        return Log.Count - 1 == FailAt ? Failure : exists ? BusStatus.Success : BusStatus.ExternalAbort;
    }
}
