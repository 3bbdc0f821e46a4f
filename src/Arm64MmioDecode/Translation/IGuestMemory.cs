using System;

namespace Arm64MmioDecode.Translation;

/// <summary>
/// Reads a guest's physical memory: the addresses that leave stage 1 translation, which Arm calls intermediate
/// physical addresses (IPA) and hypervisors call guest-physical addresses.
/// </summary>
/// <remarks>
/// An implementation must read a request of 2, 4 or 8 bytes at an address that is a multiple of its size with one access
/// of that size (the architecture's single-copy atomicity for translation table descriptors and for instructions). Other
/// vCPUs may be writing at the same time; a torn descriptor or opcode would be one that never existed.
/// The bytes are delivered as they lie in memory; whoever reads applies the byte order.
/// </remarks>
public interface IGuestMemory
{
    /// <summary>Reads <paramref name="destination"/>.Length bytes at a guest-physical address.</summary>
    /// <param name="physicalAddress">The guest-physical address of the first byte: any 64-bit value, chosen by the guest.</param>
    /// <param name="destination">Receives the bytes. Its content after a failed read is ignored.</param>
    /// <returns>
    /// <see langword="true"/> when every byte was read; <see langword="false"/> when any of them is not memory (a device,
    /// or nothing at all), which the guest sees as a synchronous External abort. It must not throw for any address.
    /// </returns>
    public bool TryRead(ulong physicalAddress, Span<byte> destination);
}
