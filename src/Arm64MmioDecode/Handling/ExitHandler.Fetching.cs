using System;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <content>The instruction at PC.</content>
public sealed partial class ExitHandler
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Verdict FetchInstruction()
    {
        ulong pc = _registers.ReadPc();
        _instructionAddress = pc;
        _hasInstructionAddress = true;
        if (_exit.DeliveredLength == sizeof(uint) && InstructionFetcher.GetInstructionSet(_pstate) != InstructionSet.T32)
        {
            _opcode = _exit.DeliveredWord;
            _fetchStatus = FetchStatus.Fetched;
            return Verdict.GoOn;
        }

        if (_exit.DeliveredLength == 0 && _fetches is not null && TryFetchKnown(pc, out bool isSame))
        {
            _fetchStatus = FetchStatus.Fetched;
            return isSame ? Verdict.GoOn : Verdict.Retry(ExitReason.InstructionNotFetched);
        }

        return FetchOther(pc);
    }

    // From a page of code that was translated before, or is now: the instruction, then every descriptor that leads to it, and the
    // instruction again. Between its two readings PC led here, as it did when the vCPU trapped. False when that cannot be said, or the
    // instruction goes on in another page: the other way tells more. Not inlined: room for the registers would be cleared for every exit.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFetchKnown(ulong pc, out bool isSame)
    {
        isSame = false;
        InstructionSet set = InstructionFetcher.GetInstructionSet(_pstate);
        ulong address = set == InstructionSet.A64 ? pc : (uint)pc;
        Stage1Registers stage1 = _stage1!.ReadRegisters(pc);
        var request = new TranslationRequest(address, TranslationAccess.InstructionFetch, InstructionFetcher.IsPrivileged(_pstate));
        if ((address & (set == InstructionSet.T32 ? 1ul : 3ul)) != 0 || _fetches!.FindOrWalk(stage1, request) is not { } known)
        {
            return false;
        }

        ulong physicalAddress = known.PhysicalAddress(address);
        if (!TryReadInstruction(physicalAddress, set, out _opcode) || !known.Holds(_memory!) || !TryReadInstruction(physicalAddress, set, out uint again))
        {
            return false;
        }

        isSame = again == _opcode;
        return true;
    }

    // An instruction of one page. Of T32 four bytes at once, of which a short one has two, but for the last two of the page.
    private bool TryReadInstruction(ulong physicalAddress, InstructionSet set, out uint opcode)
    {
        Span<byte> bytes = _instruction;
        if (set != InstructionSet.T32)
        {
            bool read = _memory!.TryRead(physicalAddress, bytes);
            opcode = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            return read;
        }

        opcode = 0;
        bool isLast = (physicalAddress & GuestPage.OffsetMask) > GuestPage.Size - sizeof(uint);
        bytes = isLast ? bytes.Slice(0, sizeof(ushort)) : bytes;
        if (!_memory!.TryRead(physicalAddress, bytes))
        {
            return false;
        }

        ushort first = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (InstructionDecoder.GetT32Length(first) == sizeof(ushort))
        {
            opcode = first;
            return true;
        }

        opcode = isLast ? 0 : ((uint)first << 16) | BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(sizeof(ushort)));
        return !isLast;
    }

    // Delivered bytes of T32, a guest under a stage 2 of its own, and what cannot be fetched.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Verdict FetchOther(ulong pc)
    {
        _hasOtherFetch = true;
        if (_exit.DeliveredLength != 0)
        {
            Span<byte> delivered = stackalloc byte[sizeof(uint)];
            _exit.CopyInstruction(delivered);
            _otherFetch = InstructionFetcher.FromBytes(delivered.Slice(0, _exit.DeliveredLength), _pstate);
        }

        if (_otherFetch.Status != FetchStatus.Fetched && _stage1 is not null && _memory is not null)
        {
            Stage1Registers stage1 = _stage1.ReadRegisters(pc);
            _otherFetch = InstructionFetcher.Fetch(_memory, _fetches, stage1, pc, _pstate);
            if (_otherFetch.Status == FetchStatus.Fetched)
            {
                // A page that was taken from the guest's code between walk and read holds no instruction any more, whatever it
                // holds. If PC leads there still, it led there when the word was read.
                FetchResult again = InstructionFetcher.Fetch(_memory, _fetches, stage1, pc, _pstate);
                if (again.Status != FetchStatus.Fetched || again.Opcode != _otherFetch.Opcode)
                {
                    _fetchStatus = FetchStatus.Fetched;
                    _opcode = _otherFetch.Opcode;
                    return Verdict.Retry(ExitReason.InstructionNotFetched);
                }
            }
        }

        _fetchStatus = _otherFetch.Status;
        _opcode = _otherFetch.Opcode;
        return _fetchStatus switch
        {
            FetchStatus.Fetched => Verdict.GoOn,
            FetchStatus.NotAvailable => Verdict.NotEmulated(_otherFetch.Fault.Kind == TranslationFaultKind.NotSupported
                ? ExitReason.TranslationNotSupported
                : ExitReason.OpcodeNotAvailable),
            _ => Verdict.Retry(ExitReason.InstructionNotFetched),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private DecodeStatus Decode()
    {
        InstructionSet set = InstructionFetcher.GetInstructionSet(_pstate);
        DecodeStatus status = set == InstructionSet.A64
            ? InstructionDecoder.DecodeA64(_opcode, out _access)
            : InstructionDecoder.Decode(set, _opcode, set == InstructionSet.T32 ? ItState.FromCpsr((uint)_pstate) : ItState.None, out _access);
        _hasAccess = status == DecodeStatus.MemoryAccess;
        return status;
    }
}
