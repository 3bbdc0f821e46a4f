using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_extensions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ExtensionsStructure
{
    public uint Size;
    public ushort VectorLength;
    public ushort StreamingVectorLength;
    public ushort VectorStride;
    public byte Streaming;
    public byte ZaEnabled;
    public byte FullA64;
    public fixed byte Reserved[3];
    public byte* Z;
    public byte* P;
    public byte* Ffr;
    public byte* Za;
    public byte* Zt0;
    public ulong Gcspr;
    public ulong Gcscr;
    public ulong Elr;
    public ulong Spsr;
}
