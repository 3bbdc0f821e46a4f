using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_access.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AccessStructure
{
    public const int RegisterCapacity = 32;

    public uint Size;
    public uint Opcode;
    public byte Set;
    public byte Length;
    public byte Kind;
    public byte RegisterFile;
    public byte Extend;
    public byte Addressing;
    public byte IndexExtend;
    public byte IndexShift;
    public byte Rt;
    public byte Rt2;
    public byte Rn;
    public byte Rm;
    public byte Condition;
    public byte Lane;
    public byte RegisterCount;
    public byte Reserved;
    public ushort RegisterWidth;
    public ushort ElementSize;
    public uint ElementCount;
    public uint TotalSize;
    public int Offset;
    public uint Properties;
    public uint NoSyndromeReasons;
    public byte HasValidSyndrome;
    public byte Writeback;
    public byte IsWrite;
    public byte IsUnpredictable;
    public fixed byte Registers[RegisterCapacity];
}
