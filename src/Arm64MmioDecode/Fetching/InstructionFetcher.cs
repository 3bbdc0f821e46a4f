using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Fetching;

/// <summary>
/// Reads the instruction that a vCPU is at, through the guest's own page tables, as the vCPU would fetch it now.
/// </summary>
/// <remarks>
/// <para>
/// An A64 or A32 instruction is read with one aligned 32-bit read and a T32 instruction with one or two 16-bit reads: those are
/// the units in which the architecture lets other processors replace instructions (Arm ARM, section B2.2.5). So what is
/// read is an instruction that was there, and never half of one and half of another.
/// </para>
/// <para>
/// Instructions are little-endian whatever the endianness of data. The work is bounded: at most two stage 1 walks and two
/// reads. Nothing is allocated and nothing that a guest controls throws.
/// </para>
/// </remarks>
public static class InstructionFetcher
{
    private const ulong PstateNotRW = 1u << 4;
    private const ulong PstateT = 1u << 5;
    private const ulong PstateExceptionLevel = 3u << 2;
    private const ulong PstateMode = 0x1F;
    private const ulong UserMode = 0x10;

    // The smallest page of any translation regime.
    private const ulong PageOffset = 0xFFF;

    /// <summary>Fetches the instruction at PC from guest memory.</summary>
    /// <param name="memory">The guest's physical memory, or null for a guest whose memory cannot be read.</param>
    /// <param name="registers">The registers of the current Exception level's translation regime.</param>
    /// <param name="pc">The address of the instruction.</param>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx; in AArch32 the CPSR. It selects the instruction set and the privilege.</param>
    /// <returns>The opcode, or why there is none.</returns>
    public static FetchResult Fetch(IGuestMemory? memory, in Stage1Registers registers, ulong pc, ulong pstate) =>
        Fetch(memory, null, registers, pc, pstate);

    internal static FetchResult Fetch(IGuestMemory? memory, RecentTranslations? recent, in Stage1Registers registers, ulong pc, ulong pstate)
    {
        InstructionSet set = GetInstructionSet(pstate);
        if (memory is null)
        {
            return FetchResult.Failed(FetchStatus.NotAvailable, set, 0);
        }

        if (set != InstructionSet.A64)
        {
            pc = (uint)pc;
        }

        ulong misalignment = set == InstructionSet.T32 ? 1ul : 3ul;
        if ((pc & misalignment) != 0)
        {
            return FetchResult.Failed(FetchStatus.Misaligned, set, pc);
        }

        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        if (set != InstructionSet.T32)
        {
            return TryRead(memory, recent, registers, set, pc, IsPrivileged(pstate), bytes, out _, out FetchResult failure)
                ? FetchResult.Fetched(set, BinaryPrimitives.ReadUInt32LittleEndian(bytes))
                : failure;
        }

        return FetchT32(memory, recent, registers, pc, pstate, bytes.Slice(0, sizeof(ushort)));
    }

    /// <summary>
    /// Takes the instruction from bytes that the hypervisor has delivered with the exit, as Hyper-V and the Windows Hypervisor
    /// Platform do.
    /// </summary>
    /// <param name="delivered">The bytes at PC in ascending order; those behind the instruction are ignored.</param>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx; in AArch32 the CPSR.</param>
    /// <returns>The opcode, or <see cref="FetchStatus.NotAvailable"/> when the bytes do not hold a whole instruction.</returns>
    public static FetchResult FromBytes(ReadOnlySpan<byte> delivered, ulong pstate)
    {
        InstructionSet set = GetInstructionSet(pstate);
        if (set == InstructionSet.T32)
        {
            if (delivered.Length >= sizeof(ushort))
            {
                ushort first = BinaryPrimitives.ReadUInt16LittleEndian(delivered);
                if (InstructionDecoder.GetT32Length(first) == sizeof(ushort))
                {
                    return Halfword(first, pstate);
                }

                if (delivered.Length >= sizeof(uint))
                {
                    return Halfwords(first, BinaryPrimitives.ReadUInt16LittleEndian(delivered.Slice(sizeof(ushort))), pstate);
                }
            }
        }
        else if (delivered.Length >= sizeof(uint))
        {
            return FetchResult.Fetched(set, BinaryPrimitives.ReadUInt32LittleEndian(delivered));
        }

        return FetchResult.Failed(FetchStatus.NotAvailable, set, 0);
    }

    /// <summary>The instruction set that a PSTATE selects.</summary>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx; in AArch32 the CPSR.</param>
    /// <returns>A64, or A32 or T32 by PSTATE.T.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static InstructionSet GetInstructionSet(ulong pstate) =>
        (pstate & PstateNotRW) == 0 ? InstructionSet.A64 : (pstate & PstateT) == 0 ? InstructionSet.A32 : InstructionSet.T32;

    /// <summary>Whether a PSTATE is of a higher Exception level than EL0 (in AArch32: not of User mode).</summary>
    /// <param name="pstate">PSTATE in the layout of SPSR_ELx; in AArch32 the CPSR.</param>
    /// <returns>Whether the permissions of EL1 or EL2 apply to ordinary accesses.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsPrivileged(ulong pstate) =>
        (pstate & PstateNotRW) == 0 ? (pstate & PstateExceptionLevel) != 0 : (pstate & PstateMode) != UserMode;

    private static FetchResult FetchT32(IGuestMemory memory, RecentTranslations? recent, in Stage1Registers registers, ulong pc, ulong pstate, Span<byte> halfword)
    {
        bool privileged = IsPrivileged(pstate);
        if (!TryRead(memory, recent, registers, InstructionSet.T32, pc, privileged, halfword, out ulong address, out FetchResult failure))
        {
            return failure;
        }

        ushort first = BinaryPrimitives.ReadUInt16LittleEndian(halfword);
        if (InstructionDecoder.GetT32Length(first) == sizeof(ushort))
        {
            return Halfword(first, pstate);
        }

        ulong next = (uint)(pc + sizeof(ushort));
        if ((next & PageOffset) == 0)
        {
            if (!TryRead(memory, recent, registers, InstructionSet.T32, next, privileged, halfword, out _, out failure))
            {
                return failure;
            }
        }
        else if (!memory.TryRead(address + sizeof(ushort), halfword))
        {
            return FetchResult.Failed(FetchStatus.ExternalAbort, InstructionSet.T32, next);
        }

        return Halfwords(first, BinaryPrimitives.ReadUInt16LittleEndian(halfword), pstate);
    }

    private static bool TryRead(
        IGuestMemory memory,
        RecentTranslations? recent,
        in Stage1Registers registers,
        InstructionSet set,
        ulong virtualAddress,
        bool privileged,
        Span<byte> destination,
        out ulong physicalAddress,
        out FetchResult failure)
    {
        var request = new TranslationRequest(virtualAddress, TranslationAccess.InstructionFetch, privileged);
        TranslationResult result = recent is null ? Stage1.Translate(memory, registers, request) : recent.Translate(registers, request);
        physicalAddress = result.PhysicalAddress;
        if (!result.Succeeded)
        {
            failure = result.Fault.Kind == TranslationFaultKind.NotSupported
                ? FetchResult.Failed(FetchStatus.NotAvailable, set, 0, result.Fault)
                : FetchResult.Failed(FetchStatus.TranslationFault, set, virtualAddress, result.Fault);
            return false;
        }

        bool read = memory.TryRead(physicalAddress, destination);
        failure = read ? default : FetchResult.Failed(FetchStatus.ExternalAbort, set, virtualAddress);
        return read;
    }

    private static FetchResult Halfword(ushort opcode, ulong pstate) =>
        FetchResult.FetchedT32(ItState.FromCpsr((uint)pstate), opcode, sizeof(ushort));

    private static FetchResult Halfwords(ushort first, ushort second, ulong pstate) =>
        FetchResult.FetchedT32(ItState.FromCpsr((uint)pstate), ((uint)first << 16) | second, sizeof(uint));
}
