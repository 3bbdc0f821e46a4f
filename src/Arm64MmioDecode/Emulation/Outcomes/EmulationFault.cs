using System;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>The exception that ends an emulation, without the state of the processor that takes it.</summary>
public readonly struct EmulationFault : IEquatable<EmulationFault>
{
    private EmulationFault(FaultReason reason, ulong address, bool addressNotValid, bool isWrite, FaultStatusCode statusCode, uint syndrome, int domain = 0)
    {
        Reason = reason;
        Address = address;
        AddressNotValid = addressNotValid;
        IsWrite = isWrite;
        StatusCode = statusCode;
        Syndrome = syndrome;
        Domain = (byte)domain;
    }

    /// <summary>Which exception; <see cref="FaultReason.None"/> in the default value.</summary>
    public FaultReason Reason { get; }

    /// <summary>The virtual address that faulted, for FAR_ELx; with the tag bits that the guest used. 0 for exceptions without one.</summary>
    public ulong Address { get; }

    /// <summary>
    /// Whether the address of an External abort is not known (ESR_ELx.FnV): that of an instruction which is not emulated, or of an
    /// exit without FAR. <see cref="Address"/> is 0 then.
    /// </summary>
    public bool AddressNotValid { get; }

    /// <summary>Whether the access that faulted was a write: ESR_ELx.WnR.</summary>
    public bool IsWrite { get; }

    /// <summary>ESR_ELx.DFSC of a data abort; meaningful for <see cref="FaultReason.DataAbort"/>.</summary>
    public FaultStatusCode StatusCode { get; }

    /// <summary>The domain, 0 to 15, of a data abort on AArch32 short descriptors: DFSR.Domain. 0 elsewhere, and where it is not known.</summary>
    public byte Domain { get; }

    /// <summary>Whether the access was cache maintenance: ESR_ELx.CM. <see cref="IsWrite"/> is true then.</summary>
    public bool IsCacheMaintenance { get; private init; }

    /// <summary>ESR_ELx.ISS of the exceptions that are no data abort: bits 24:0.</summary>
    public uint Syndrome { get; }

    /// <summary>A data abort.</summary>
    /// <param name="code">ESR_ELx.DFSC.</param>
    /// <param name="address">FAR_ELx.</param>
    /// <param name="isWrite">ESR_ELx.WnR.</param>
    /// <param name="domain">DFSR.Domain, 0 to 15, for a guest with AArch32 short descriptors.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault DataAbort(FaultStatusCode code, ulong address, bool isWrite, int domain = 0) =>
        new(FaultReason.DataAbort, address, addressNotValid: false, isWrite, code, 0, domain);

    /// <summary>The same data abort, of cache maintenance: with ESR_ELx.CM, and WnR.</summary>
    /// <returns>The fault.</returns>
    internal EmulationFault OfCacheMaintenance() =>
        new(Reason, Address, AddressNotValid, isWrite: true, StatusCode, Syndrome, Domain) { IsCacheMaintenance = true };

    /// <summary>A synchronous External abort whose address is not known.</summary>
    /// <param name="isWrite">ESR_ELx.WnR.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault ExternalAbortWithoutAddress(bool isWrite) =>
        new(FaultReason.DataAbort, 0, addressNotValid: true, isWrite, FaultStatusCode.SynchronousExternalAbort, 0);

    /// <summary>An exception that is no data abort.</summary>
    /// <param name="reason">Which one.</param>
    /// <param name="syndrome">ESR_ELx.ISS.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault Exception(FaultReason reason, uint syndrome = 0) =>
        new(reason, 0, addressNotValid: false, isWrite: false, default, syndrome);

    /// <inheritdoc/>
    public bool Equals(EmulationFault other) =>
        Reason == other.Reason && Address == other.Address && AddressNotValid == other.AddressNotValid && IsWrite == other.IsWrite
        && StatusCode.Equals(other.StatusCode) && Syndrome == other.Syndrome && Domain == other.Domain && IsCacheMaintenance == other.IsCacheMaintenance;

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

    /// <summary>The fault in a clause: "a data abort (Alignment fault) at 0x1001".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => OutcomeSentences.For(this);
}
