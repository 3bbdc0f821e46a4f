using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>Devices everywhere, which answer with their address, refuse sometimes, and remember where they were written.</summary>
internal sealed class FuzzDevices : IWideMmioBus
{
    private readonly ulong[] _writes = new ulong[16384];

    public int WriteCount { get; private set; }

    public int ReadCount { get; private set; }

    /// <summary>Refuse the access with this number; negative for none.</summary>
    public int RefuseAt { get; set; }

    public ulong Write(int index) => _writes[index];

    public void Clear()
    {
        WriteCount = 0;
        ReadCount = 0;
    }

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = address * 0x9E37_79B9_7F4A_7C15;
        return ReadCount++ + WriteCount == RefuseAt ? BusStatus.ExternalAbort : BusStatus.Success;
    }

    public BusStatus Write(ulong address, int size, ulong value) => Written(address);

    public BusStatus ReadWide(ulong address, Span<byte> data)
    {
        data.Fill((byte)address);
        return ReadCount++ + WriteCount == RefuseAt ? BusStatus.ExternalAbort : BusStatus.Success;
    }

    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = 0;
        return Written(address);
    }

    private BusStatus Written(ulong address)
    {
        if (ReadCount + WriteCount == RefuseAt)
        {
            return BusStatus.ExternalAbort;
        }

        _writes[WriteCount++] = address;
        return BusStatus.Success;
    }
}
