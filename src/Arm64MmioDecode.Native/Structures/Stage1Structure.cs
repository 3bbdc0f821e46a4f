using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_stage1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Stage1Structure
{
    public const uint DefaultCacheable = 1;

    public uint Size;
    public uint Regime;
    public ulong IdAa64Mmfr0;
    public ulong IdAa64Mmfr1;
    public ulong IdAa64Mmfr2;
    public ulong IdAa64Mmfr3;
    public ulong IdAa64Pfr0;
    public ulong IdAa64Pfr1;
    public ulong IdMmfr4;
    public ulong Sctlr;
    public ulong Tcr;
    public ulong Tcr2;
    public ulong Ttbr0;
    public ulong Ttbr1;
    public ulong Mair;
    public ulong Mair2;
    public ulong Pir;
    public ulong Pire0;
    public ulong Por;
    public ulong PorEl0;
    public uint Dacr;
    public uint Flags;
    public ulong Hcr;
    public ulong Hcrx;
    public ulong Vtcr;
    public ulong Vttbr;
    public ulong SctlrEl2;
    public ulong S2pir;
    public ulong S2por;
    public ulong IdAa64Isar0;
    public ulong IdAa64Isar1;
    public ulong IdAa64Isar2;
}
