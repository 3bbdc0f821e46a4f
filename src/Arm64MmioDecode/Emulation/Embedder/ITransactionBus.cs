using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// A bus that gets each transaction whole, with all that the instruction says about it: order, logical tag, privilege, and with
/// atomics and store exclusives as one compare-and-exchange. For emulators with several CPUs, or with Allocation Tags.
/// </summary>
/// <remarks>
/// Used with <see cref="EmulationOptions.WholeTransactions"/>; the other methods of the bus are not called then. A plan is for one vCPU,
/// the bus may be for all: implementations perform each transaction so that it is single-copy atomic where it is aligned,
/// and <see cref="BusOperation.CompareExchange"/> always.
/// </remarks>
public interface ITransactionBus : IMmioBus
{
    /// <summary>Performs one transaction.</summary>
    /// <param name="transaction">What to do, and where.</param>
    /// <param name="data">
    /// As many bytes as the transaction has, in ascending order of addresses. For a read they are to be set; for a write they hold the
    /// data; for a compare-and-exchange they hold the new data and are to be set to what was there before. For a tag it is one byte. After a
    /// write of 64 bytes the first eight are what ST64BV and ST64BV0 give the guest as the device's answer.
    /// </param>
    /// <returns>How it ended; when it is refused, nothing may have changed.</returns>
    public BusStatus Perform(in BusTransaction transaction, Span<byte> data);
}
