using System;

namespace Arm64MmioDecode.Emulation;

/// <content>One transaction after the other, performed by whoever asks.</content>
public sealed partial class AccessPlan
{
    /// <summary>
    /// The next transaction. It stays the next one until <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> is called.
    /// </summary>
    /// <param name="transaction">The transaction, when the result is true.</param>
    /// <returns>Whether there is one; when not, <see cref="Commit"/> is due.</returns>
    public bool TryGetNext(out BusTransaction transaction)
    {
        if (!_sequence.IsActive)
        {
            transaction = default;
            return false;
        }

        transaction = _sequence.Next();
        return true;
    }

    /// <summary>Copies the data of a write, for transactions that do not fit into <see cref="BusTransaction.Low"/>.</summary>
    /// <param name="destination">Receives the bytes in ascending order of addresses; at least as long as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void CopyData(Span<byte> destination)
    {
        BusTransaction transaction = Outstanding();
        if (destination.Length < transaction.Size)
        {
            throw new ArgumentException("too short for the transaction", nameof(destination));
        }

        _sequence.CopyData(in transaction, destination);
    }

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="low">
    /// For a read the first eight bytes, the byte at the lowest address least significant, or the tag; bits beyond the transaction's
    /// size are ignored. For a write of 64 bytes what the device answered to ST64BV and ST64BV0.
    /// </param>
    /// <param name="high">For a read of 16 bytes the second eight bytes.</param>
    /// <exception cref="InvalidOperationException">There is no transaction, it reads 64 bytes, or a bus that this plan drives has called.</exception>
    public void Complete(ulong low = 0, ulong high = 0)
    {
        ThrowIfDriving();
        Phase phase = _sequence.IsActive ? _sequence.Phase : throw NoTransaction();
        if (_sequence.Complete(low, high))
        {
            EndPhase(phase);
        }
    }

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="data">For a read the bytes in ascending order of addresses, exactly as many as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length than the transaction.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction, or a bus that this plan drives has called.</exception>
    public void Complete(ReadOnlySpan<byte> data)
    {
        ThrowIfDriving();
        if (data.Length != Outstanding().Size)
        {
            throw new ArgumentException("not the length of the transaction", nameof(data));
        }

        Phase phase = _sequence.Phase;
        if (_sequence.Complete(data))
        {
            EndPhase(phase);
        }
    }

    /// <summary>
    /// Reports that the transaction of <see cref="TryGetNext"/> failed: the guest takes a data abort and no register changes. A non-fault read
    /// (<see cref="BusTransaction.IsNonFault"/>) ends the accesses without one.
    /// </summary>
    /// <param name="status">The bus's answer; not <see cref="BusStatus.Success"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is success.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction, or a bus that this plan drives has called.</exception>
    public void Fail(BusStatus status)
    {
        ThrowIfDriving();
        if (status.IsSuccess)
        {
            throw new ArgumentException("the transaction did not fail", nameof(status));
        }

        Phase phase = _sequence.IsActive ? _sequence.Phase : throw NoTransaction();
        if (_sequence.IsFaultSuppressed())
        {
            EndPhase(phase);
        }
        else
        {
            RaiseBusFault(status, phase);
        }
    }

    private BusTransaction Outstanding() => _sequence.IsActive ? _sequence.Next() : throw NoTransaction();

    private static InvalidOperationException NoTransaction() => new("no transaction is outstanding");
}
