using System;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>A page of registers that hold what is written to them.</summary>
internal sealed class MemoryDevice : IMmioBus
{
    private const ulong PageMask = 0xFFF;

    private readonly byte[] _bytes = new byte[(int)PageMask + 1 + sizeof(ulong)];

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        ulong bytes = MemoryMarshal.Read<ulong>(_bytes.AsSpan((int)(address & PageMask)));
        value = size == sizeof(ulong) ? bytes : bytes & ((1ul << (8 * size)) - 1);
        return BusStatus.Success;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        Span<byte> destination = _bytes.AsSpan((int)(address & PageMask));
        switch (size)
        {
            case sizeof(ulong):
                MemoryMarshal.Write(destination, value);
                break;
            case sizeof(uint):
                MemoryMarshal.Write(destination, (uint)value);
                break;
            case sizeof(ushort):
                MemoryMarshal.Write(destination, (ushort)value);
                break;
            default:
                destination[0] = (byte)value;
                break;
        }

        return BusStatus.Success;
    }
}
