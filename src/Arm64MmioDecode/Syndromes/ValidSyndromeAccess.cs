using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// The access that an ISV = 1 syndrome describes: one general-purpose register, one naturally sized access,
/// no writeback. The bridge between a syndrome and an access, in both directions.
/// </summary>
public readonly struct ValidSyndromeAccess : IEquatable<ValidSyndromeAccess>
{
    private const uint IsvBit = 1u << 24;
    private const int SasShift = 22;
    private const uint SseBit = 1u << 21;
    private const int SrtShift = 16;
    private const uint SFBit = 1u << 15;
    private const uint ARBit = 1u << 14;
    private const uint WnRBit = 1u << 6;

    private readonly uint _iss;

    /// <summary>Takes the fields of a syndrome that is known to describe such an access.</summary>
    internal ValidSyndromeAccess(uint iss)
    {
        _iss = iss;
    }

    /// <summary>Describes an access.</summary>
    /// <param name="size">Bytes of memory: 1, 2, 4 or 8.</param>
    /// <param name="signExtend">Whether a load sign-extends to the register's width.</param>
    /// <param name="register">The register, 0 to 31; 31 is WZR or XZR, never SP. AArch32 registers are given in their AArch64 view.</param>
    /// <param name="sixtyFour">Whether the instruction names a 64-bit register; a 32-bit load clears bits 63:32.</param>
    /// <param name="acquireRelease">Whether the instruction has acquire or release semantics.</param>
    /// <param name="write">Whether it is a store.</param>
    /// <exception cref="ArgumentException">A size that is not one of the four, a register beyond 31, or a sign extension that has nothing to extend.</exception>
    public ValidSyndromeAccess(
        int size, bool signExtend, int register, bool sixtyFour, bool acquireRelease, bool write)
    {
        var sas = size switch
        {
            1 => 0u,
            2 => 1u,
            4 => 2u,
            8 => 3u,
            _ => throw new ArgumentException("The size is 1, 2, 4 or 8 bytes.", nameof(size)),
        };
        if ((uint)register > 31)
        {
            throw new ArgumentException("A register number is 0 to 31.", nameof(register));
        }

        if (signExtend && (write || size == 8 || (size == 4 && !sixtyFour)))
        {
            throw new ArgumentException("Only a load that is narrower than its register sign-extends.", nameof(signExtend));
        }

        _iss = IsvBit | (sas << SasShift) | (signExtend ? SseBit : 0) | ((uint)register << SrtShift)
            | (sixtyFour ? SFBit : 0) | (acquireRelease ? ARBit : 0) | (write ? WnRBit : 0);
    }

    /// <summary>Bytes of memory, 1 &lt;&lt; SAS: 1, 2, 4 or 8.</summary>
    public int Size => 1 << (int)((_iss >> SasShift) & 3);

    /// <summary>SSE: whether a load sign-extends to the register's width.</summary>
    public bool SignExtend => (_iss & SseBit) != 0;

    /// <summary>
    /// SRT: the register, 31 for WZR and XZR. A load to register 31 still reads the device; a store of it writes 0.
    /// </summary>
    public int Register => (int)((_iss >> SrtShift) & 31);

    /// <summary>SF: whether the instruction names a 64-bit register. If not, a load clears bits 63:32, also when it sign-extends.</summary>
    public bool SixtyFour => (_iss & SFBit) != 0;

    /// <summary>AR: whether the instruction has acquire or release semantics.</summary>
    public bool AcquireRelease => (_iss & ARBit) != 0;

    /// <summary>WnR: whether it is a store.</summary>
    public bool IsWrite => (_iss & WnRBit) != 0;

    /// <summary>What a store sends of its register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong ToMemory(ulong register) => register & (ulong.MaxValue >> Unused);

    /// <summary>What a load makes of its register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong ToRegister(ulong data)
    {
        if (!SignExtend)
        {
            return data & (ulong.MaxValue >> Unused);
        }

        ulong extended = (ulong)((long)(data << Unused) >> Unused);
        return SixtyFour || Unused == 0 ? extended : (uint)extended;
    }

    // The bits of a doubleword that memory does not have.
    private int Unused => 64 - (8 << (int)((_iss >> SasShift) & 3));

    /// <summary>Takes the access from a syndrome.</summary>
    /// <param name="syndrome">The syndrome of a data abort.</param>
    /// <param name="access">The access, or the default value.</param>
    /// <returns>
    /// Whether the syndrome describes one: it is a Data Abort with ISV = 1, and not a 64-byte access
    /// (LST ≠ 0), which also sets ISV but transfers eight registers.
    /// </returns>
    public static bool TryParse(in DataAbortSyndrome syndrome, out ValidSyndromeAccess access)
    {
        if (!syndrome.Isv || !syndrome.ExceptionClass.IsDataAbort()
            || syndrome.LoadStoreType != LoadStoreType.Unspecified)
        {
            access = default;
            return false;
        }

        const uint Fields = IsvBit | (3u << SasShift) | SseBit | (31u << SrtShift) | SFBit | ARBit | WnRBit;
        var iss = (uint)syndrome.Value & Fields;
        if (syndrome.Source == SyndromeSource.Hsr)
        {
            iss &= ~(SFBit | (16u << SrtShift));
        }

        access = new ValidSyndromeAccess(iss);
        return true;
    }

    /// <summary>
    /// The ISS bits that describe the access: ISV, SAS, SSE, SRT, SF, AR and WnR, all others 0. Add the fault
    /// status code, and EC and IL for a whole ESR_EL2.
    /// </summary>
    public uint ToIss() => _iss;

    /// <inheritdoc/>
    public bool Equals(ValidSyndromeAccess other) => _iss == other._iss;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValidSyndromeAccess other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_iss;

    /// <summary>Whether two accesses are the same.</summary>
    public static bool operator ==(ValidSyndromeAccess left, ValidSyndromeAccess right) => left.Equals(right);

    /// <summary>Whether two accesses differ.</summary>
    public static bool operator !=(ValidSyndromeAccess left, ValidSyndromeAccess right) => !left.Equals(right);

    /// <summary>The access in a line: "a load of 4 bytes to w2".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"a {(IsWrite ? "store" : "load")} of {Size} {(Size == 1 ? "byte" : "bytes")} {(IsWrite ? "from" : "to")} {RegisterName.A64(Register, SixtyFour)}{(SignExtend ? ", sign-extended" : string.Empty)}{(AcquireRelease ? IsWrite ? ", release" : ", acquire" : string.Empty)}");
}
