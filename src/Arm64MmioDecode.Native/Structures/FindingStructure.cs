using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_finding.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FindingStructure
{
    public uint Size;
    public uint Opcode;
    public ulong Offset;
    public uint Reasons;
    public byte Length;
    public byte Base;
    public fixed byte Reserved[2];
}
