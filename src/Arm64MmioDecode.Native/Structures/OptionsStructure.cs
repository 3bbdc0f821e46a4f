using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_options.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OptionsStructure
{
    public uint Size;
    public byte BusWidth;
    public byte Exclusives;
    public byte Atomics;
    public byte SixtyFourBytes;
    public byte Unaligned;
    public byte CacheMaintenance;
    public byte Unpredictable;
    public byte Unsupported;
    public byte BigEndian;
    public byte TopByteIgnored;
    public byte TaggedMemory;
    public byte JoinElements;
    public byte WholeTransactions;
    public fixed byte Reserved[3];
    public uint ZeroBlockSize;
    public uint CopyLimit;
}
