using System;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// A guest's physical memory that can also be written: for accesses of which one part lies in a device and another in memory.
/// </summary>
public interface IGuestRam : IGuestMemory
{
    /// <summary>
    /// Whether the guest can access a byte without an exit: stage 2 maps it as memory with the permission. Answers what is so
    /// now; it must not throw for any address.
    /// </summary>
    /// <param name="physicalAddress">The guest-physical address.</param>
    /// <param name="write">Whether for writing; read-only memory, such as a flash device's, is not memory for a write.</param>
    /// <returns>Whether it is memory.</returns>
    public bool Contains(ulong physicalAddress, bool write);

    /// <summary>
    /// Writes bytes at a guest-physical address; 2, 4 or 8 bytes at an address that is a multiple of their number with one access.
    /// </summary>
    /// <param name="physicalAddress">The guest-physical address of the first byte.</param>
    /// <param name="source">The bytes, as they are to lie in memory.</param>
    /// <returns>Whether all of them were written; when not, none of them. It must not throw for any address.</returns>
    public bool TryWrite(ulong physicalAddress, ReadOnlySpan<byte> source);
}
