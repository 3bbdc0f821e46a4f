using System;
using System.Globalization;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// The intermediate physical address of a stage 2 fault, put together from HPFAR and FAR as far as the
/// syndrome says that they are valid.
/// </summary>
public readonly struct IntermediatePhysicalAddress : IEquatable<IntermediatePhysicalAddress>
{
    private const ulong PageOffset = 0xFFF;

    private readonly ulong _value;
    private readonly IpaPrecision _precision;
    private readonly bool _nonSecureSpace;

    internal IntermediatePhysicalAddress(ulong value, IpaPrecision precision, bool nonSecureSpace)
    {
        _value = value;
        _precision = precision;
        _nonSecureSpace = nonSecureSpace;
    }

    /// <summary>
    /// The address, up to 56 bits. Bits 11:0 are 0 when only the page is known (<see cref="IpaPrecision.Page"/>);
    /// the whole is 0 when there is none.
    /// </summary>
    public ulong Value => _value;

    /// <summary>How much of the address is known.</summary>
    public IpaPrecision Precision => _precision;

    /// <summary>HPFAR_EL2.NS: for a fault taken to Secure EL2, whether the address is in the Non-secure IPA space. 0 everywhere else.</summary>
    public bool NonSecureSpace => _nonSecureSpace;

    /// <summary>An address that an interface delivers as a whole, such as KVM's <c>fault_ipa</c>.</summary>
    /// <param name="address">The address.</param>
    /// <returns>The address, known to the byte.</returns>
    public static IntermediatePhysicalAddress FromAddress(ulong address) => new(address, IpaPrecision.Byte, nonSecureSpace: false);

    /// <summary>
    /// Puts the IPA of a stage 2 data abort together. HPFAR_EL2.FIPA (bits 47:4) holds IPA[55:12], FAR the offset in
    /// the page. On a stage 1 walk (S1PTW) the IPA is that of the translation table, to which FAR says nothing; with
    /// FnP, FAR's low bits mean nothing either. Then only the page is known. For a memory copy or set
    /// instruction (FEAT_MOPS) the low bits of both registers are UNKNOWN within the translation granule, which
    /// no syndrome tells: take the address from the instruction's registers.
    /// </summary>
    /// <param name="syndrome">The syndrome.</param>
    /// <param name="hpfar">HPFAR_EL2, or HPFAR for a <see cref="SyndromeSource.Hsr"/> syndrome.</param>
    /// <param name="far">FAR_EL2, or HDFAR.</param>
    /// <returns>The address; <see cref="IpaPrecision.None"/> when HPFAR is not valid for this abort (<see cref="DataAbortSyndrome.IsHpfarValid"/>).</returns>
    public static IntermediatePhysicalAddress FromHpfar(in DataAbortSyndrome syndrome, ulong hpfar, ulong far)
    {
        if (!syndrome.IsHpfarValid)
        {
            return default;
        }

        IntermediatePhysicalAddress page = FromHpfar(syndrome, hpfar);
        return syndrome.S1Ptw || syndrome.FnP
            ? page
            : new IntermediatePhysicalAddress(page._value | (far & PageOffset), IpaPrecision.Byte, page._nonSecureSpace);
    }

    /// <summary>The page of a stage 2 data abort's IPA, when FAR is not known.</summary>
    /// <param name="syndrome">The syndrome.</param>
    /// <param name="hpfar">HPFAR_EL2, or HPFAR for a <see cref="SyndromeSource.Hsr"/> syndrome.</param>
    /// <returns>The page; <see cref="IpaPrecision.None"/> when HPFAR is not valid for this abort (<see cref="DataAbortSyndrome.IsHpfarValid"/>).</returns>
    public static IntermediatePhysicalAddress FromHpfar(in DataAbortSyndrome syndrome, ulong hpfar)
    {
        if (!syndrome.IsHpfarValid)
        {
            return default;
        }

        // AArch32's HPFAR has FIPA in bits 31:4 (IPA[39:12]) and neither bits beyond nor NS.
        var isEsr = syndrome.IsEsr;
        var fipa = (hpfar >> 4) & (isEsr ? (1ul << 44) - 1 : (1ul << 28) - 1);
        return new IntermediatePhysicalAddress(fipa << 12, IpaPrecision.Page, isEsr && (hpfar >> 63) != 0);
    }

    /// <summary>The address in hexadecimal, or "unknown".</summary>
    public override string ToString() => _precision == IpaPrecision.None
        ? "unknown"
        : string.Format(CultureInfo.InvariantCulture, "0x{0:x}", _value);

    /// <inheritdoc/>
    public bool Equals(IntermediatePhysicalAddress other) =>
        _value == other._value && _precision == other._precision && _nonSecureSpace == other._nonSecureSpace;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is IntermediatePhysicalAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value.GetHashCode() ^ (int)_precision;

    /// <summary>Whether two addresses are the same in value, precision and space.</summary>
    public static bool operator ==(IntermediatePhysicalAddress left, IntermediatePhysicalAddress right) => left.Equals(right);

    /// <summary>Whether two addresses differ in value, precision or space.</summary>
    public static bool operator !=(IntermediatePhysicalAddress left, IntermediatePhysicalAddress right) => !left.Equals(right);
}
