using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_transaction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TransactionStructure
{
    public const int DataCapacity = 64;

    public uint Size;
    public byte Operation;
    public byte Unprivileged;
    public ushort Length;
    public ulong Address;
    public fixed byte Data[DataCapacity];
    public fixed byte Comparand[16];
    public byte Ordering;
    public byte NonFault;
    public fixed byte Reserved[6];
}
