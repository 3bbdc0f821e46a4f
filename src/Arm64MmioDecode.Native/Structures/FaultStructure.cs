using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_fault.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FaultStructure
{
    public ulong Address;
    public uint Iss;
    public byte Reason;
    public byte Dfsc;
    public byte IsWrite;
    public byte AddressNotValid;
    public byte Domain;
    public fixed byte Reserved[7];
}
