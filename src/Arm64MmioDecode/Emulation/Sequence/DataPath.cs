using System.Runtime.CompilerServices;

namespace Arm64MmioDecode.Emulation;

/// <summary>How an instruction's data and addresses reach the bus: the part of the vCPU's state and of the options that holds for all of its elements.</summary>
/// <remarks>Copied one by one at the start: to read a part of the options that were written as wholes a moment ago can take some five nanoseconds.</remarks>
internal struct DataPath
{
    public bool BigEndian;
    public bool TopByteIgnored;
    public bool PassUnaligned;
    public bool IsUnprivileged;
    public bool IsTagChecked;
    public bool JoinsElements;
    public bool IsWhole;
    public BusOrdering Ordering;
    public int BusWidth;

    // Addresses wrap modulo 2^64, or 2^32 in AArch32.
    public ulong AddressMask;

    private const int PageSize = 4096;

    /// <summary>What the bus sees of an address: the top byte becomes a copy of bit 55, as AArch64.BranchAddr and address translation do with TBI.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RemoveTag(ulong address, bool topByteIgnored) => topByteIgnored ? (ulong)((long)(address << 8) >> 8) : address;

    /// <inheritdoc cref="RemoveTag(ulong, bool)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong RemoveTag(ulong address) => RemoveTag(address, TopByteIgnored);

    /// <summary>
    /// The size of the transaction that takes as many neighbouring elements as possible: the largest power of two that the bus takes and
    /// that stays within a block of its own size.
    /// </summary>
    public readonly int JoinedPiece(ulong address, int sizeLog2, int elements)
    {
        int size = 1 << sizeLog2;
        while (2 * size <= BusWidth && (address & (ulong)((2 * size) - 1)) == 0 && (2 * size) >> sizeLog2 <= elements)
        {
            size *= 2;
        }

        return size;
    }

    /// <summary>
    /// The size of the transaction at an address, of which an element has a number of bytes left: all of them if the bus and the
    /// policy take it, otherwise the largest power of two that does not leave its own alignment.
    /// </summary>
    public readonly int NextPiece(ulong address, int left)
    {
        int size = left < BusWidth ? left : BusWidth;
        while ((size & (size - 1)) != 0)
        {
            size &= size - 1;
        }

        bool pass = PassUnaligned && (int)(address & (PageSize - 1)) <= PageSize - size;
        while (!pass && (address & (ulong)(size - 1)) != 0)
        {
            size >>= 1;
        }

        return size;
    }
}
