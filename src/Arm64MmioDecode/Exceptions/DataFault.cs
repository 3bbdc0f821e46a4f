using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// A fault of a data access, without the state it happened in: what an emulated access ran into, or what a
/// hypervisor decides that the guest should see. <see cref="AArch64ExceptionEntry"/> and
/// <see cref="AArch32ExceptionEntry"/> turn it into register values.
/// </summary>
public readonly record struct DataFault
{
    /// <summary>Describes a fault.</summary>
    /// <param name="status">The kind and level.</param>
    /// <param name="address">The faulting virtual address, with its tag bits if it has any.</param>
    /// <param name="write">Whether the access was a write (WnR).</param>
    public DataFault(FaultStatusCode status, ulong address, bool write)
    {
        Status = status;
        Address = address;
        IsWrite = write;
    }

    /// <summary>Takes over what an emulation reported.</summary>
    internal DataFault(in EmulationFault fault, FaultStatusCode status)
        : this(status, fault.Address, fault.IsWrite)
    {
        AddressNotValid = fault.AddressNotValid;
        CacheMaintenance = fault.IsCacheMaintenance;
        Domain = fault.Domain;
    }

    /// <summary>The kind of fault and its level: DFSC.</summary>
    public FaultStatusCode Status { get; }

    /// <summary>The faulting virtual address for FAR or DFAR: the lowest address of the access that faulted, with its tag bits.</summary>
    public ulong Address { get; }

    /// <summary>
    /// WnR: whether the access was a write. An atomic that reads and writes reports a read when reading the location
    /// would have faulted too.
    /// </summary>
    public bool IsWrite { get; }

    /// <summary>
    /// CM: a cache maintenance or address translation instruction (never DC ZVA, GVA or GZVA); WnR is reported as 1 then.
    /// </summary>
    public bool CacheMaintenance { get; init; }

    /// <summary>
    /// FnV: the address is not known. The architecture allows this only for a synchronous External abort that is not
    /// on a translation table walk; elsewhere it is ignored. The fault address register is not written then.
    /// </summary>
    public bool AddressNotValid { get; init; }

    /// <summary>
    /// The 64-byte load or store that raised a translation, access flag or permission fault (FEAT_LS64): for those the
    /// syndrome is valid at every Exception level. Ignored for other faults and for AArch32.
    /// </summary>
    public LoadStoreType LoadStoreType { get; init; }

    /// <summary>With a <see cref="LoadStoreType"/>: the first transferred register Xt, 0 to 31.</summary>
    public int Register { get; init; }

    /// <summary>With ST64BV and ST64BV0: the status register Xs, 0 to 31.</summary>
    public int StatusRegister { get; init; }

    /// <summary>The domain, 0 to 15, for DFSR in the Short-descriptor format; used by AArch32 only. 0 where it is not known.</summary>
    public int Domain { get; init; }

    /// <summary>The device or bus refused the access: a synchronous External abort, DFSC 0x10.</summary>
    /// <param name="address">The faulting virtual address.</param>
    /// <param name="write">Whether the access was a write.</param>
    public static DataFault ExternalAbort(ulong address, bool write) =>
        new(FaultStatusCode.SynchronousExternalAbort, address, write);

    /// <summary>The address is not aligned as the access requires: an alignment fault, DFSC 0x21.</summary>
    /// <param name="address">The faulting virtual address.</param>
    /// <param name="write">Whether the access was a write.</param>
    public static DataFault Alignment(ulong address, bool write) => new(FaultStatusCode.Alignment, address, write);

    /// <summary>The memory does not support an exclusive, atomic or 64-byte access: DFSC 0x35. WnR is UNKNOWN to the guest.</summary>
    /// <param name="address">The faulting virtual address.</param>
    /// <param name="write">Whether the access was a write.</param>
    public static DataFault UnsupportedExclusiveOrAtomic(ulong address, bool write) =>
        new(FaultStatusCode.UnsupportedExclusiveOrAtomic, address, write);

    /// <summary>The fault in a line: "Alignment fault, a write at 0x1001".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"{Status}, a {(IsWrite ? "write" : "read")}{(AddressNotValid ? string.Empty : FormattableString.Invariant($" at 0x{Address:x}"))}");
}
