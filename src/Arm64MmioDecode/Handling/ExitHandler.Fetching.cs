using System;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <content>The instruction at PC.</content>
public sealed partial class ExitHandler
{
    private Verdict FetchInstruction()
    {
        _fetch = default;
        ulong pc = _registers.Pc;
        _instructionAddress = pc;
        if (_exit.DeliveredLength != 0)
        {
            Span<byte> delivered = stackalloc byte[sizeof(uint)];
            _exit.CopyInstruction(delivered);
            _fetch = InstructionFetcher.FromBytes(delivered.Slice(0, _exit.DeliveredLength), _pstate);
        }

        if (_fetch.Status != FetchStatus.Fetched && _stage1 is not null && _memory is not null)
        {
            Stage1Registers stage1 = _stage1.ReadRegisters(pc);
            _fetch = InstructionFetcher.Fetch(_memory, stage1, pc, _pstate);
            if (_fetch.Status == FetchStatus.Fetched)
            {
                // A page that was taken from the guest's code between walk and read holds no instruction any more, whatever it
                // holds. If PC leads there still, it led there when the word was read.
                FetchResult again = InstructionFetcher.Fetch(_memory, stage1, pc, _pstate);
                if (again.Status != FetchStatus.Fetched || again.Opcode != _fetch.Opcode)
                {
                    return Verdict.Retry(ExitReason.InstructionNotFetched);
                }
            }
        }

        return _fetch.Status switch
        {
            FetchStatus.Fetched => Verdict.GoOn,
            FetchStatus.NotAvailable => Verdict.NotEmulated(_fetch.Fault.Kind == TranslationFaultKind.NotSupported
                ? ExitReason.TranslationNotSupported
                : ExitReason.OpcodeNotAvailable),
            _ => Verdict.Retry(ExitReason.InstructionNotFetched),
        };
    }
}
