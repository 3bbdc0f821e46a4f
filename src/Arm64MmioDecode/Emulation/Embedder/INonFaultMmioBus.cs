using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// A bus that tells non-fault reads from others: what first-fault and non-fault loads of SVE ask for after their first active
/// element, or from it on (Arm ARM, MemNF[]).
/// </summary>
/// <remarks>
/// Such a read may be refused at any time, and the guest is told in FFR; it never faults. The architecture does not let it reach
/// Device memory, where a read may have a side effect that the guest does not know it asked for. A bus without this
/// interface performs non-fault reads like all others. <see cref="BusTransaction.IsNonFault"/> says it to those who go step by step.
/// </remarks>
public interface INonFaultMmioBus : IWideMmioBus
{
    /// <summary>Reads up to 8 bytes, or refuses: nothing answers, or it is a device.</summary>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="size">1, 2, 4 or 8 bytes, at most <see cref="EmulationOptions.BusWidth"/>.</param>
    /// <param name="value">The data; bits above <paramref name="size"/> are ignored.</param>
    /// <returns>Whether the access was performed.</returns>
    public BusStatus ReadNonFault(ulong address, int size, out ulong value);

    /// <summary>Reads 16 bytes, or refuses.</summary>
    /// <param name="address">The address of the first byte.</param>
    /// <param name="data">Receives the bytes in ascending order of addresses.</param>
    /// <returns>Whether the access was performed.</returns>
    public BusStatus ReadNonFaultWide(ulong address, Span<byte> data);
}
