using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <content>The instruction at PC.</content>
public sealed partial class ExitHandler
{
    private Verdict FetchInstruction()
    {
        ulong pc = _registers.Pc;
        _instructionAddress = pc;
        _hasInstructionAddress = true;
        if (_exit.DeliveredLength == sizeof(uint) && InstructionFetcher.GetInstructionSet(_pstate) != InstructionSet.T32)
        {
            _opcode = _exit.DeliveredWord;
            _fetchStatus = FetchStatus.Fetched;
            return Verdict.GoOn;
        }

        if (_exit.DeliveredLength == 0 && _translator.CanTranslate && InstructionFetcher.GetInstructionSet(_pstate) != InstructionSet.T32 && (pc & 3) == 0
            && TryFetchWord(pc, out bool isStable))
        {
            _fetchStatus = FetchStatus.Fetched;
            return isStable ? Verdict.GoOn : Verdict.Retry(ExitReason.InstructionNotFetched);
        }

        return FetchOther(pc);
    }

    // An A64 or A32 instruction in guest memory. A page that was taken from the guest's code between walk and read holds no instruction
    // any more, whatever it holds. If PC leads there still, it led there when the word was read. False when there is none: why, the
    // other way tells.
    private bool TryFetchWord(ulong pc, out bool isStable)
    {
        isStable = false;
        ulong address = InstructionFetcher.GetInstructionSet(_pstate) == InstructionSet.A64 ? pc : (uint)pc;
        Stage1Registers stage1 = _stage1!.ReadRegisters(pc);
        var request = new TranslationRequest(address, TranslationAccess.InstructionFetch, InstructionFetcher.IsPrivileged(_pstate));
        TranslationResult result = _fetches!.Translate(stage1, request);
        if (!TryReadWord(result, out _opcode))
        {
            return false;
        }

        isStable = TryReadWord(_fetches.TranslateAgain(stage1, request), out uint again) && again == _opcode;
        return true;
    }

    private bool TryReadWord(in TranslationResult result, out uint word)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        bool read = result.Succeeded && _memory!.TryRead(result.PhysicalAddress, bytes);
        word = read ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return read;
    }

    // What is left: T32, and what cannot be fetched.
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
