using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>
/// The unit of every ratio: what a call that looks up one table entry and extracts the common fields of a load or store
/// costs at least. It is not inlined, has no branch, and fills 16 bytes. It decodes nothing.
/// </summary>
internal static class Floor
{
    private static readonly byte[] s_table = CreateTable();

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Extract(uint opcode, out FloorResult result)
    {
        uint index = ((opcode >> 20) & 0xFFC) | ((opcode >> 10) & 3);
        int size = (int)(opcode >> 30);
        result.Entry = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(s_table), (int)index);
        result.Rt = (byte)(opcode & 31);
        result.Rn = (byte)((opcode >> 5) & 31);
        result.Rm = (byte)((opcode >> 16) & 31);
        result.Size = size;
        result.Immediate = (long)((opcode >> 10) & 0xFFF) << size;
    }

    private static byte[] CreateTable()
    {
        var table = new byte[4096];
        new Random(1).NextBytes(table);
        return table;
    }
}

/// <summary>16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FloorResult
{
    public byte Entry;
    public byte Rt;
    public byte Rn;
    public byte Rm;
    public int Size;
    public long Immediate;
}
