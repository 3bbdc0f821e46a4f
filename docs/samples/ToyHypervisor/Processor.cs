using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Samples.ToyHypervisor;

/// <summary>
/// In place of a processor, so that the sample runs anywhere: it finds where the guest's next load or store goes, and reports a data abort
/// to EL2 with ISV = 0, as hardware does for these instructions.
/// </summary>
internal sealed class Processor(GuestRegisters registers, VcpuSystemState state, GuestRam memory)
{
    private const uint Halt = 0xD4400000;
    private const ulong ExceptionClass = 0x24ul << 26; // a data abort from a lower Exception level
    private const ulong InstructionLength = 1ul << 25;
    private const ulong WriteNotRead = 1 << 6;
    private const ulong TranslationFaultLevel3 = 7;

    private readonly AccessPlan _plan = new();

    /// <summary>Runs the guest up to a data abort, or a HLT, which ends it.</summary>
    public bool Run(out ulong esr, out ulong far, out ulong hpfar)
    {
        esr = far = hpfar = 0;
        FetchResult fetch = InstructionFetcher.Fetch(memory, state.ReadRegisters(registers.Pc), registers.Pc, registers.PState);
        if (fetch.Status != FetchStatus.Fetched || fetch.Opcode == Halt)
        {
            return false;
        }

        if (fetch.Decode(out AccessDescriptor access) != DecodeStatus.MemoryAccess)
        {
            throw new NotSupportedException("this processor has loads and stores only");
        }

        _plan.Prepare(in access, registers, default);
        AddressRange range = _plan.GetRange(0);
        var request = new TranslationRequest(range.Address, range.IsWritten ? TranslationAccess.Write : TranslationAccess.Read, privileged: true);
        ulong ipa = Stage1.Translate(memory, state.ReadRegisters(range.Address), request).PhysicalAddress;
        esr = ExceptionClass | InstructionLength | (range.IsWritten ? WriteNotRead : 0) | TranslationFaultLevel3;
        far = range.Address;
        hpfar = ipa >> 12 << 4;
        return true;
    }
}
