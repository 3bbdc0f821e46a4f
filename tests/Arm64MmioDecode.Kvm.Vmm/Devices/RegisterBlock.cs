using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;

namespace Arm64MmioDecode.Kvm.Vmm.Devices;

/// <summary>One access as the device saw it.</summary>
internal readonly record struct DeviceAccess(bool IsWrite, ulong Offset, int Size, ulong Value)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsWrite ? 'w' : 'r')}{Size}@0x{Offset:x}=0x{Value:x}");
}

/// <summary>A block of registers that remember what was written, with a log of every access. It can refuse accesses
/// to a range, as a device does that answers with a bus error.</summary>
internal sealed class RegisterBlock(int size) : IDevice
{
    private readonly object _lock = new();
    private readonly byte[] _bytes = new byte[size];
    private readonly List<DeviceAccess> _log = [];
    private (ulong Start, ulong Length) _refused;

    public bool Logging { get; set; } = true;

    /// <summary>The registers' contents. Only while no guest runs.</summary>
    public Span<byte> Bytes => _bytes;

    /// <summary>The accesses since the last <see cref="Reset"/>. Only while no guest runs.</summary>
    public IReadOnlyList<DeviceAccess> Log => _log;

    /// <summary>Fills the registers and empties the log.</summary>
    public void Reset(ReadOnlySpan<byte> contents)
    {
        lock (_lock)
        {
            contents.CopyTo(_bytes);
            _log.Clear();
        }
    }

    /// <summary>From now on accesses that touch this range fail; an empty range ends it.</summary>
    public void Refuse(ulong start, ulong length) => _refused = (start, length);

    public bool TryRead(ulong offset, int size, out ulong value)
    {
        value = 0;
        if (IsRefused(offset, size))
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[8];
        lock (_lock)
        {
            _bytes.AsSpan((int)offset, size).CopyTo(buffer);
            value = BinaryPrimitives.ReadUInt64LittleEndian(buffer);
            Record(new DeviceAccess(false, offset, size, value));
        }

        return true;
    }

    public bool TryWrite(ulong offset, int size, ulong value)
    {
        if (IsRefused(offset, size))
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(buffer, value);
        lock (_lock)
        {
            buffer[..size].CopyTo(_bytes.AsSpan((int)offset));
            Record(new DeviceAccess(true, offset, size, value));
        }

        return true;
    }

    private void Record(DeviceAccess access)
    {
        if (Logging)
        {
            _log.Add(access);
        }
    }

    private bool IsRefused(ulong offset, int size) =>
        offset + (ulong)size > (ulong)_bytes.Length
        || (_refused.Length != 0 && offset < _refused.Start + _refused.Length && offset + (ulong)size > _refused.Start);
}
