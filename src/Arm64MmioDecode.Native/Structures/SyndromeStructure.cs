using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_syndrome.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SyndromeStructure
{
    public uint Size;
    public byte Ec;
    public byte Il;
    public byte Isv;
    public byte Sas;
    public byte Sse;
    public byte Srt;
    public byte SF;
    public byte AR;
    public byte Vncr;
    public byte FnV;
    public byte FnP;
    public byte EA;
    public byte CM;
    public byte S1Ptw;
    public byte WnR;
    public byte Dfsc;
    public byte Lst;
    public byte Xs;
    public byte Gcs;
    public byte HpfarValid;
}
