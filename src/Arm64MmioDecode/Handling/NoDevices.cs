using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Handling;

/// <summary>In place of devices, for an embedder that goes step by step: nobody is asked, as each transaction is handed out.</summary>
internal sealed class NoDevices : IWideMmioBus, ITagMemory, ITransactionBus
{
    public static readonly NoDevices Instance = new();

    public BusStatus Perform(in BusTransaction transaction, Span<byte> data) => BusStatus.ExternalAbort;

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = 0;
        return BusStatus.ExternalAbort;
    }

    public BusStatus Write(ulong address, int size, ulong value) => BusStatus.ExternalAbort;

    public BusStatus ReadWide(ulong address, Span<byte> data) => BusStatus.ExternalAbort;

    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = 0;
        return BusStatus.ExternalAbort;
    }

    public BusStatus ReadTag(ulong address, out byte tag)
    {
        tag = 0;
        return BusStatus.ExternalAbort;
    }

    public BusStatus WriteTag(ulong address, byte tag) => BusStatus.ExternalAbort;
}
