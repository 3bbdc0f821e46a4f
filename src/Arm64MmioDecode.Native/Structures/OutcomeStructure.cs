using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_outcome.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OutcomeStructure
{
    public uint Size;
    public byte Status;
    public byte Reason;
    public byte AbortClass;
    public byte Action;
    public byte NotEmulatedReason;
    public fixed byte Reserved[7];
    public FaultStructure Fault;
}
