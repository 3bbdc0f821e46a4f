using System;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>The exception that ends an emulation, without the state of the processor that takes it.</summary>
public readonly struct EmulationFault : IEquatable<EmulationFault>
{
    // Two words, that an outcome, which nearly never has a fault, costs as little to return as a number.
    // _rest, from the lowest bit: reason (8), status code (6) and its format (2), domain (8), flags (8), syndrome (32).
    private readonly ulong _address;
    private readonly ulong _rest;

    private const int StatusCodeShift = 8;
    private const int StatusFormatShift = 14;
    private const int DomainShift = 16;
    private const int SyndromeShift = 32;
    private const ulong AddressNotValidFlag = 1ul << 24;
    private const ulong IsWriteFlag = 1ul << 25;
    private const ulong IsCacheMaintenanceFlag = 1ul << 26;

    private EmulationFault(FaultReason reason, ulong address, ulong flags, FaultStatusCode statusCode, uint syndrome, int domain = 0)
        : this(address, (byte)reason | ((ulong)statusCode.Value << StatusCodeShift) | ((ulong)statusCode.Format << StatusFormatShift)
            | ((ulong)(byte)domain << DomainShift) | flags | ((ulong)syndrome << SyndromeShift))
    {
    }

    /// <summary>A fault from its words.</summary>
    internal EmulationFault(ulong address, ulong rest)
    {
        _address = address;
        _rest = rest;
    }

    /// <summary>All but the address.</summary>
    internal ulong Rest => _rest;

    /// <summary>Which exception; <see cref="FaultReason.None"/> in the default value.</summary>
    public FaultReason Reason => (FaultReason)(byte)_rest;

    /// <summary>The virtual address that faulted, for FAR_ELx; with the tag bits that the guest used. 0 for exceptions without one.</summary>
    public ulong Address => _address;

    /// <summary>
    /// Whether the address of an External abort is not known (ESR_ELx.FnV): that of an instruction which is not emulated, or of an
    /// exit without FAR. <see cref="Address"/> is 0 then.
    /// </summary>
    public bool AddressNotValid => (_rest & AddressNotValidFlag) != 0;

    /// <summary>Whether the access that faulted was a write: ESR_ELx.WnR.</summary>
    public bool IsWrite => (_rest & IsWriteFlag) != 0;

    /// <summary>ESR_ELx.DFSC of a data abort; meaningful for <see cref="FaultReason.DataAbort"/>.</summary>
    public FaultStatusCode StatusCode => new((int)(_rest >> StatusCodeShift) & 0x3F, (FaultStatusFormat)((_rest >> StatusFormatShift) & 3));

    /// <summary>The domain, 0 to 15, of a data abort on AArch32 short descriptors: DFSR.Domain. 0 elsewhere, and where it is not known.</summary>
    public byte Domain => (byte)(_rest >> DomainShift);

    /// <summary>Whether the access was cache maintenance: ESR_ELx.CM. <see cref="IsWrite"/> is true then.</summary>
    public bool IsCacheMaintenance => (_rest & IsCacheMaintenanceFlag) != 0;

    /// <summary>ESR_ELx.ISS of the exceptions that are no data abort: bits 24:0.</summary>
    public uint Syndrome => (uint)(_rest >> SyndromeShift);

    /// <summary>A data abort.</summary>
    /// <param name="code">ESR_ELx.DFSC.</param>
    /// <param name="address">FAR_ELx.</param>
    /// <param name="isWrite">ESR_ELx.WnR.</param>
    /// <param name="domain">DFSR.Domain, 0 to 15, for a guest with AArch32 short descriptors.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault DataAbort(FaultStatusCode code, ulong address, bool isWrite, int domain = 0) =>
        new(FaultReason.DataAbort, address, isWrite ? IsWriteFlag : 0, code, 0, domain);

    /// <summary>The same data abort, of cache maintenance: with ESR_ELx.CM, and WnR.</summary>
    /// <returns>The fault.</returns>
    internal EmulationFault OfCacheMaintenance() =>
        new(_address, _rest | IsWriteFlag | IsCacheMaintenanceFlag);

    /// <summary>A synchronous External abort whose address is not known.</summary>
    /// <param name="isWrite">ESR_ELx.WnR.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault ExternalAbortWithoutAddress(bool isWrite) =>
        new(FaultReason.DataAbort, 0, AddressNotValidFlag | (isWrite ? IsWriteFlag : 0), FaultStatusCode.SynchronousExternalAbort, 0);

    /// <summary>An exception that is no data abort.</summary>
    /// <param name="reason">Which one.</param>
    /// <param name="syndrome">ESR_ELx.ISS.</param>
    /// <returns>The fault.</returns>
    public static EmulationFault Exception(FaultReason reason, uint syndrome = 0) =>
        new(reason, 0, 0, default, syndrome);

    /// <inheritdoc/>
    public bool Equals(EmulationFault other) => _address == other._address && _rest == other._rest;

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
    public override string ToString() => Reason switch
    {
        FaultReason.DataAbort when AddressNotValid => FormattableString.Invariant($"a data abort ({StatusCode}) without an address"),
        FaultReason.DataAbort => FormattableString.Invariant($"a data abort ({StatusCode}) at 0x{Address:x}"),
        FaultReason.UndefinedInstruction => "an Undefined Instruction exception",
        FaultReason.StackPointerAlignment => "an SP alignment fault",
        FaultReason.PointerAuthentication => "a pointer authentication failure",
        FaultReason.MemoryCopyOrSet => "a Memory Copy or Memory Set exception",
        FaultReason.GuardedControlStack => "a Guarded Control Stack exception",
        _ => "no exception",
    };
}
