using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// A bus that also takes transactions of 16 bytes (<see cref="EmulationOptions.BusWidth"/> = 16) or 64 bytes
/// (<see cref="SixtyFourBytePolicy.SingleTransaction"/>).
/// </summary>
public interface IWideMmioBus : IMmioBus
{
    /// <summary>Reads 16 or 64 bytes.</summary>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="data">Receives the bytes in ascending order of addresses.</param>
    /// <returns>Whether the access succeeded.</returns>
    public BusStatus ReadWide(ulong address, Span<byte> data);

    /// <summary>Writes 16 or 64 bytes.</summary>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="data">The bytes in ascending order of addresses.</param>
    /// <param name="deviceStatus">
    /// For a 64-byte write: what ST64BV and ST64BV0 return to the guest, 0 when the device accepted the data. Ignored for
    /// other instructions.
    /// </param>
    /// <returns>Whether the access succeeded.</returns>
    public BusStatus WriteWide(ulong address, ReadOnlySpan<byte> data, out ulong deviceStatus);
}
