using System;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>The exception that ends an emulation, without the state of the processor that takes it.</summary>
public readonly struct EmulationFault : IEquatable<EmulationFault>
{
    private EmulationFault(FaultReason reason, ulong address, bool isWrite, FaultStatusCode statusCode, uint syndrome)
    {
        Reason = reason;
        Address = address;
        IsWrite = isWrite;
        StatusCode = statusCode;
        Syndrome = syndrome;
    }

    /// <summary>Which exception; <see cref="FaultReason.None"/> in the default value.</summary>
    public FaultReason Reason { get; }

    /// <summary>The virtual address that faulted, for FAR_ELx; with the tag bits that the guest used. 0 for exceptions without one.</summary>
    public ulong Address { get; }

    /// <summary>Whether the access that faulted was a write: ESR_ELx.WnR.</summary>
    public bool IsWrite { get; }

    /// <summary>ESR_ELx.DFSC of a data abort; meaningful for <see cref="FaultReason.DataAbort"/>.</summary>
    public FaultStatusCode StatusCode { get; }

    /// <summary>ESR_ELx.ISS of the exceptions that are no data abort: bits 24:0.</summary>
    public uint Syndrome { get; }

    /// <summary>A data abort.</summary>
    /// <param name="code">ESR_ELx.DFSC.</param>
    /// <param name="address">FAR_ELx.</param>
    /// <param name="isWrite">ESR_ELx.WnR.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault DataAbort(FaultStatusCode code, ulong address, bool isWrite) =>
        new(FaultReason.DataAbort, address, isWrite, code, 0);

    /// <summary>An exception that is no data abort.</summary>
    /// <param name="reason">Which one.</param>
    /// <param name="syndrome">ESR_ELx.ISS.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault Exception(FaultReason reason, uint syndrome = 0) => new(reason, 0, false, default, syndrome);

    /// <inheritdoc/>
    public bool Equals(EmulationFault other) =>
        Reason == other.Reason && Address == other.Address && IsWrite == other.IsWrite
        && StatusCode.Equals(other.StatusCode) && Syndrome == other.Syndrome;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EmulationFault other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Address.GetHashCode() ^ ((int)Reason << 24) ^ StatusCode.Value;

    /// <summary>Compares two faults.</summary>
    /// <param name="left">One fault.</param>
    /// <param name="right">The other fault.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(EmulationFault left, EmulationFault right) => left.Equals(right);

    /// <summary>Compares two faults.</summary>
    /// <param name="left">One fault.</param>
    /// <param name="right">The other fault.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(EmulationFault left, EmulationFault right) => !left.Equals(right);
}
