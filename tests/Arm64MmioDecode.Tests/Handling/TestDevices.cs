using System;
using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tests.Handling;

/// <summary>
/// Devices for tests, at every address: a read returns the bytes of its address (0x…10 reads 0x10), and everything is logged.
/// </summary>
internal sealed class TestDevices : IWideMmioBus
{
    /// <summary>"read 9000010 4", "write 9000010 4 = 12345678".</summary>
    public List<string> Log { get; } = [];

    /// <summary>Called before each access, to change things at that moment.</summary>
    public Action? BeforeAccess { get; set; }

    /// <summary>The accesses that fail, by number from 0.</summary>
    public Predicate<int> Refuses { get; set; } = _ => false;

    /// <summary>How many accesses there have been, performed or not.</summary>
    public int Count { get; private set; }

    /// <summary>What the devices hold at an address.</summary>
    public static ulong ValueAt(ulong address, int size)
    {
        ulong value = 0;
        for (var i = size - 1; i >= 0; i--)
        {
            value = (value << 8) | ((address + (ulong)i) & 0xFF);
        }

        return value;
    }

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = ValueAt(address, size);
        return Access(string.Create(CultureInfo.InvariantCulture, $"read {address:x} {size}"));
    }

    public BusStatus Write(ulong address, int size, ulong value) =>
        Access(string.Create(CultureInfo.InvariantCulture, $"write {address:x} {size} = {value:x}"));

    public BusStatus ReadWide(ulong address, Span<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (byte)(address + (ulong)i);
        }

        return Access(string.Create(CultureInfo.InvariantCulture, $"read {address:x} {data.Length}"));
    }

    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus)
    {
        deviceStatus = 0x5A;
        return Access(string.Create(CultureInfo.InvariantCulture, $"write {address:x} {data.Length} = {Convert.ToHexString(data)}"));
    }

    private BusStatus Access(string text)
    {
        BeforeAccess?.Invoke();
        if (Refuses(Count++))
        {
            return BusStatus.ExternalAbort;
        }

        Log.Add(text);
        return BusStatus.Success;
    }
}
