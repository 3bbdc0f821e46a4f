using System;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// The answer of a bus to one transaction: success, or the fault status code of the data abort that the guest should see.
/// The default value is <see cref="Success"/>.
/// </summary>
public readonly struct BusStatus : IEquatable<BusStatus>
{
    // 0 is success; otherwise 0x80 | the fault status code.
    private const byte FaultFlag = 0x80;
    private readonly byte _value;

    private BusStatus(byte value) => _value = value;

    /// <summary>The transaction was performed.</summary>
    public static BusStatus Success => default;

    /// <summary>Nothing answers at the address, or the device refuses: a synchronous External abort (DFSC 0b010000).</summary>
    public static BusStatus ExternalAbort => new((byte)(FaultFlag | FaultStatusCode.SynchronousExternalAbort.Value));

    /// <summary>Whether the transaction was performed.</summary>
    public bool IsSuccess => _value == 0;

    /// <summary>The fault status code, in the AArch64 format; meaningful when <see cref="IsSuccess"/> is false.</summary>
    public FaultStatusCode StatusCode => new(_value & 0x3F);

    /// <summary>The transaction was not performed: the guest should see this fault. For buses that translate addresses or check permissions.</summary>
    /// <param name="code">
    /// The fault, as ESR_ELx.DFSC encodes it, or as an AArch32 format does. A reserved code, and one that is no fault of a data access
    /// in AArch64, count as a synchronous External abort.
    /// </param>
    /// <returns>The status.</returns>
    public static BusStatus Fault(FaultStatusCode code) =>
        code.TryConvert(FaultStatusFormat.AArch64, out FaultStatusCode converted) ? new((byte)(FaultFlag | converted.Value)) : ExternalAbort;

    /// <inheritdoc/>
    public bool Equals(BusStatus other) => _value == other._value;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BusStatus other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value;

    /// <summary>Compares two answers.</summary>
    /// <param name="left">One answer.</param>
    /// <param name="right">The other answer.</param>
    /// <returns>Whether they are the same.</returns>
    public static bool operator ==(BusStatus left, BusStatus right) => left.Equals(right);

    /// <summary>Compares two answers.</summary>
    /// <param name="left">One answer.</param>
    /// <param name="right">The other answer.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(BusStatus left, BusStatus right) => !left.Equals(right);

    /// <summary>"success", or the fault in words.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => IsSuccess ? "success" : StatusCode.ToString();
}
