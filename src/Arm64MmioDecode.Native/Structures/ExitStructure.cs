using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Native.Structures;

/// <summary>arm64mmio_exit.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ExitStructure
{
    public const uint HasFar = 1;

    public uint Size;
    public uint Source;
    public ulong Syndrome;
    public ulong Far;
    public ulong Ipa;
    public uint Flags;
    public uint InstructionLength;
    public fixed byte Instruction[8];
}
