using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_registers.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RegistersStructure
{
    /// <summary>Its size in the first version, which ended with SPSR_fiq.</summary>
    public const int FirstSize = 8 + (34 * 8) + (64 * 8) + (11 * 8);

    public uint Size;
    public uint Reserved;
    public fixed ulong X[31];
    public ulong Sp;
    public ulong Pc;
    public ulong PState;
    public fixed ulong V[64];
    public ulong Fpcr;
    public ulong Accdata;
    public fixed ulong RcwMask[2];
    public fixed ulong RcwSMask[2];
    public ulong SpsrSvc;
    public ulong SpsrAbt;
    public ulong SpsrUnd;
    public ulong SpsrIrq;
    public ulong SpsrFiq;
    public ExtensionsStructure* Extensions;
}
