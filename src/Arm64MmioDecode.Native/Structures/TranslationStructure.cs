using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_translation.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TranslationStructure
{
    public uint Size;
    public uint Fault;
    public ulong PhysicalAddress;
    public ulong BlockSize;
    public int Level;
    public uint Permissions;
    public byte Stage2;
    public byte OnTableWalk;
    public fixed byte Reserved[6];
    public ulong FaultIpa;
    public byte Attributes;
    public byte Shareability;
    public fixed byte Reserved2[6];
}
