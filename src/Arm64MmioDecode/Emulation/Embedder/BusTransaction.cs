using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// One access that the bus is to perform as a whole: the unit that a device sees.
/// </summary>
/// <remarks>
/// Data is in the order of the byte lanes: the byte at the lowest address is the least significant one of
/// <see cref="Low"/>, whatever the guest's data endianness, which the plan has applied already. A device with
/// little-endian registers takes the value as it is, and a memory-like one stores it little-endian.
/// </remarks>
public readonly record struct BusTransaction
{
    internal BusTransaction(BusOperation operation, int size, in DataPath path, bool nonFault, ulong address, in Element data, in Element comparand)
    {
        Operation = operation;
        Size = (byte)size;
        IsUnprivileged = path.IsUnprivileged;
        IsNonFault = nonFault;
        Address = path.RemoveTag(address);
        Low = data.Low;
        High = data.High;
        ComparandLow = comparand.Low;
        ComparandHigh = comparand.High;
        Ordering = path.Ordering;
        IsTagChecked = path.IsTagChecked && operation is BusOperation.Read or BusOperation.Write or BusOperation.CompareExchange;
        LogicalTag = (byte)((address >> 56) & 0xF);
    }

    private BusTransaction(in BusTransaction other, ulong address)
    {
        this = other;
        Address = address;
    }

    /// <summary>Address of the first byte: the guest's virtual address with ignored tag bits removed.</summary>
    public ulong Address { get; }

    /// <summary>For a write or a compare-and-exchange the first eight bytes (or the tag, in bits 3:0); otherwise 0.</summary>
    public ulong Low { get; }

    /// <summary>For a write or a compare-and-exchange of 16 bytes the second eight bytes; otherwise 0.</summary>
    public ulong High { get; }

    /// <summary>For a compare-and-exchange the first eight bytes that memory has to hold; otherwise 0.</summary>
    public ulong ComparandLow { get; }

    /// <summary>For a compare-and-exchange of 16 bytes the second eight bytes that memory has to hold; otherwise 0.</summary>
    public ulong ComparandHigh { get; }

    /// <summary>What to do.</summary>
    public BusOperation Operation { get; }

    /// <summary>Size in bytes: 1, 2, 4, 8, 16 or 64; 16, the size of the granule, for a tag.</summary>
    public byte Size { get; }

    /// <summary>
    /// Whether the instruction asks for the permissions of EL0 (LDTR, STTR and the like). They apply at EL1, and at EL2 with
    /// HCR_EL2.{E2H, TGE} = {1, 1}, unless PSTATE.UAO is 1: whoever translates the address decides.
    /// </summary>
    public bool IsUnprivileged { get; }

    /// <summary>
    /// Whether this is a non-fault read of SVE (<see cref="INonFaultMmioBus"/>): it should not reach a device whose reads have effects, and when
    /// it fails (<see cref="AccessPlan.Fail"/>) the guest finds that in FFR and takes no exception.
    /// </summary>
    public bool IsNonFault { get; }

    /// <summary>The order that the instruction asks for.</summary>
    public BusOrdering Ordering { get; }

    /// <summary>
    /// Whether the instruction makes Tag Checked accesses (Arm ARM, section D10.4): not one whose address is SP plus an immediate. Whether tags are
    /// checked, PSTATE.TCO and SCTLR_ELx.TCF say. Known with <see cref="EmulationOptions.TaggedMemory"/> or
    /// <see cref="EmulationOptions.WholeTransactions"/>, otherwise false.
    /// </summary>
    public bool IsTagChecked { get; }

    /// <summary>The Logical Address Tag, bits 59:56 of the address as the guest computed it.</summary>
    public byte LogicalTag { get; }

    /// <summary>The same transaction at another address.</summary>
    internal BusTransaction At(ulong address) => new(this, address);

    /// <summary>The transaction in a line: "Write of 4 bytes at 0x9000000: 0xcafe".</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        string data = Operation == BusOperation.Read || Size > 16 ? string.Empty
            : High != 0 ? FormattableString.Invariant($": 0x{High:x}{Low:x16}")
            : FormattableString.Invariant($": 0x{Low:x}");
        return FormattableString.Invariant($"{Operation} of {Size} {(Size == 1 ? "byte" : "bytes")} at 0x{Address:x}{data}");
    }
}
