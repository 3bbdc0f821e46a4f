using System;
using System.Globalization;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Fetching;

/// <summary>The outcome of an instruction fetch: an opcode, or the fault that the guest would take.</summary>
public readonly record struct FetchResult
{
    private readonly byte _length;

    private FetchResult(FetchStatus status, InstructionSet set, ItState itState, uint opcode, int length, in TranslationFault fault, ulong faultAddress)
    {
        Status = status;
        InstructionSet = set;
        ItState = itState;
        Opcode = opcode;
        _length = (byte)length;
        Fault = fault;
        FaultAddress = faultAddress;
    }

    /// <summary>How the fetch ended.</summary>
    public FetchStatus Status { get; }

    /// <summary>The instruction set that PSTATE selects.</summary>
    public InstructionSet InstructionSet { get; }

    /// <summary>The state of the IT block that a T32 instruction is in; none in other instruction sets.</summary>
    public ItState ItState { get; }

    /// <summary>
    /// The opcode, as the decoder takes it: 16 or 32 bits; the first halfword of a 32-bit T32 instruction is in bits 31:16. 0 when
    /// nothing was fetched.
    /// </summary>
    public uint Opcode { get; }

    /// <summary>The instruction's length in bytes, 2 or 4; 0 when nothing was fetched.</summary>
    public int Length => _length;

    /// <summary>
    /// The stage 1 fault of a <see cref="FetchStatus.TranslationFault"/>, or the reason of a <see cref="FetchStatus.NotAvailable"/>
    /// for a translation that is not followed.
    /// </summary>
    public TranslationFault Fault { get; }

    /// <summary>
    /// The virtual address that faulted, for FAR_ELx or IFAR: PC, or PC + 2 when only the second halfword of a T32 instruction
    /// cannot be fetched. 0 without a fault.
    /// </summary>
    public ulong FaultAddress { get; }

    /// <summary>
    /// The fault status code of an Instruction Abort or Prefetch Abort for the guest, in the AArch64 format; meaningful for
    /// <see cref="FetchStatus.TranslationFault"/> and <see cref="FetchStatus.ExternalAbort"/>.
    /// </summary>
    public FaultStatusCode FaultStatus => Status == FetchStatus.ExternalAbort
        ? FaultStatusCode.SynchronousExternalAbort
        : new FaultStatusCode(Fault.FaultStatusCode);

    /// <summary>Decodes the opcode.</summary>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the opcode is; <see cref="DecodeStatus.NotMemoryAccess"/> when nothing was fetched.</returns>
    public DecodeStatus Decode(out AccessDescriptor descriptor)
    {
        if (Status == FetchStatus.Fetched)
        {
            return InstructionDecoder.Decode(InstructionSet, Opcode, ItState, out descriptor);
        }

        descriptor = default;
        return DecodeStatus.NotMemoryAccess;
    }

    internal static FetchResult Fetched(InstructionSet set, uint opcode) =>
        new(FetchStatus.Fetched, set, default, opcode, sizeof(uint), default, 0);

    /// <summary>An instruction that a vCPU with a PSTATE has fetched.</summary>
    internal static FetchResult Fetched(ulong pstate, uint opcode)
    {
        InstructionSet set = InstructionFetcher.GetInstructionSet(pstate);
        return set != InstructionSet.T32
            ? Fetched(set, opcode)
            : FetchedT32(ItState.FromCpsr((uint)pstate), opcode, opcode > ushort.MaxValue ? sizeof(uint) : sizeof(ushort));
    }

    internal static FetchResult FetchedT32(ItState itState, uint opcode, int length) =>
        new(FetchStatus.Fetched, InstructionSet.T32, itState, opcode, length, default, 0);

    internal static FetchResult Failed(FetchStatus status, InstructionSet set, ulong address, in TranslationFault fault = default) =>
        new(status, set, default, 0, 0, fault, address);

    /// <summary>The instruction or why there is none: "A64 0xf9400041", "NotTranslated at 0x80000 (Translation fault, level 3)".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Status == FetchStatus.Fetched
        ? InstructionSet + " 0x" + Opcode.ToString(Length == sizeof(ushort) ? "x4" : "x8", CultureInfo.InvariantCulture)
        : FormattableString.Invariant($"{Status} at 0x{FaultAddress:x}{(Fault.Kind == TranslationFaultKind.None ? string.Empty : " (" + Fault + ")")}");
}
