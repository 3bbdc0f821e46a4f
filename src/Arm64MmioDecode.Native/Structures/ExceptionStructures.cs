using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_exception_context.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ExceptionContextStructure
{
    public uint Size;
    public byte AArch32;
    public byte LongDescriptors;
    public fixed byte Reserved[2];
    public ulong Vbar;
    public ulong Sctlr;
    public ulong Sctlr2;
    public ulong IdAa64Pfr1;
    public ulong IdAa64Mmfr1;
    public ulong Hcr;
    public ulong Hcrx;
    public ulong VbarEl2;
    public ulong SctlrEl2;
    public ulong Sctlr2El2;
    public ulong Gcscr;
    public ulong GcscrEl2;
}

/// <summary>arm64mmio_exception_state.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ExceptionStateStructure
{
    public uint Size;
    public byte FarValid;
    public byte EsrValid;
    public byte LRNumber;
    public byte Mode;
    public ulong Pc;
    public ulong PState;
    public ulong Esr;
    public ulong Far;
    public ulong Elr;
    public ulong Spsr;
    public uint TargetLevel;
    public uint Reserved;
}
