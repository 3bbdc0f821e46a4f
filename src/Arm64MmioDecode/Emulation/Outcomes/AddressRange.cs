using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>Bytes that a plan touches. The range may wrap around the end of the address space, which in AArch32 has 2^32 bytes.</summary>
public readonly struct AddressRange : IEquatable<AddressRange>
{
    // The size of the address space minus one.
    private readonly ulong _mask;

    internal AddressRange(ulong address, ulong length, ulong mask, bool isRead, bool isWritten, bool isUnprivileged = false)
    {
        _mask = mask;
        Address = address;
        Length = length;
        IsRead = isRead;
        IsWritten = isWritten;
        IsUnprivileged = isUnprivileged;
    }

    /// <summary>The first byte, with ignored tag bits removed.</summary>
    public ulong Address { get; }

    /// <summary>The number of bytes; 0 when the instruction accesses nothing (a failed store exclusive, a prefetch).</summary>
    public ulong Length { get; }

    /// <summary>Whether the instruction reads these bytes.</summary>
    public bool IsRead { get; }

    /// <summary>Whether the instruction writes these bytes.</summary>
    public bool IsWritten { get; }

    /// <summary>Whether the instruction asks for the permissions of EL0, as <see cref="BusTransaction.IsUnprivileged"/>.</summary>
    public bool IsUnprivileged { get; }

    /// <summary>Whether an address lies in the range.</summary>
    /// <param name="address">The address, without tag.</param>
    /// <returns>Whether it does.</returns>
    public bool Contains(ulong address) => address <= _mask && (unchecked(address - Address) & _mask) < Length;

    /// <summary>Whether a naturally aligned granule around an address and the range have a byte in common; tag bits aside.</summary>
    internal bool Touches(ulong address, ulong granule)
    {
        const ulong Untagged = ulong.MaxValue >> 8;
        ulong mask = _mask & Untagged;
        ulong start = address & ~(granule - 1);
        return (unchecked(start - Address) & mask) < Length || (Length != 0 && (unchecked(Address - start) & mask) < granule);
    }

    /// <summary>The address a number of bytes behind the first, in the range's address space.</summary>
    internal ulong Next(ulong offset) => unchecked(Address + offset) & _mask;

    /// <inheritdoc/>
    public bool Equals(AddressRange other) =>
        Address == other.Address && Length == other.Length && IsRead == other.IsRead && IsWritten == other.IsWritten
        && IsUnprivileged == other.IsUnprivileged;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AddressRange other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (Address ^ (Length << 48)).GetHashCode();

    /// <summary>Compares two ranges.</summary>
    /// <param name="left">One range.</param>
    /// <param name="right">The other range.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(AddressRange left, AddressRange right) => left.Equals(right);

    /// <summary>Compares two ranges.</summary>
    /// <param name="left">One range.</param>
    /// <param name="right">The other range.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(AddressRange left, AddressRange right) => !left.Equals(right);

    /// <summary>The range in a line: "16 bytes at 0x9000000, read".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"{Length} bytes at 0x{Address:x}{(IsRead ? ", read" : string.Empty)}{(IsWritten ? ", written" : string.Empty)}{(IsUnprivileged ? ", unprivileged" : string.Empty)}");
}
