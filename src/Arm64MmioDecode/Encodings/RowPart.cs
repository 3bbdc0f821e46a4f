using System;
using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Encodings;

/// <summary>Reads parts of a row's 64-bit words. A position is in bytes from the start of the row, a word's lowest byte first on any host.</summary>
internal static class RowPart
{
    /// <summary>Reads eight bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Byte(ref ulong row, int position) =>
        Unsafe.Add(ref Unsafe.As<ulong, byte>(ref row), BitConverter.IsLittleEndian ? position : position ^ 7);

    /// <summary>Reads sixteen bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Halfword(ref ulong row, int position) =>
        Unsafe.As<byte, ushort>(ref Unsafe.Add(ref Unsafe.As<ulong, byte>(ref row), BitConverter.IsLittleEndian ? position : position ^ 6));

    /// <summary>Reads 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Word(ref ulong row, int position) =>
        Unsafe.As<byte, uint>(ref Unsafe.Add(ref Unsafe.As<ulong, byte>(ref row), BitConverter.IsLittleEndian ? position : position ^ 4));
}
