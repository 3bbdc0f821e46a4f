using System;
using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Output;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>
/// Hands recorded exits to the library's handler. A record has no page tables: the guest's address translation counts as off.
/// </summary>
internal static class ExitReplay
{
    /// <summary>Handles an exit on a bus, and explains it.</summary>
    public static (EmulationResult Result, ExitExplanation Explanation) Run(RecordedExit exit, RecordingBus bus)
    {
        MachineRegisters registers = exit.Vcpu.Registers;
        MachineRegisters before = registers.Copy();
        Span<byte> instruction = stackalloc byte[sizeof(uint)];
        DataAbortExit abort = new DataAbortExit(exit.Syndrome, null, IntermediatePhysicalAddress.FromAddress(exit.Ipa))
            .WithInstruction(exit.Vcpu.Opcode.CopyTo(instruction, exit.Vcpu.InstructionSet));
        EmulationOptions options = exit.Vcpu.Options;
        var handler = new ExitHandler(registers, bus, new NoTranslation(exit.Vcpu.InstructionSet, options.BigEndian), new NoMemory(), options);

        // A long memory copy or set is done in several steps; the device's size bounds their number.
        ExitOutcome outcome;
        do
        {
            outcome = handler.Handle(abort);
        }
        while (outcome.Status == ExitStatus.Continue);

        var result = new EmulationResult
        {
            Outcome = outcome.Status switch
            {
                ExitStatus.Completed => EmulationOutcome.Completed,
                ExitStatus.GuestFault => EmulationOutcome.Fault,
                ExitStatus.NotInstructionAccess when outcome.Action == ExitAction.InjectFault => EmulationOutcome.Fault,
                ExitStatus.Retry when outcome.Reason == ExitReason.NotMemoryAccess => EmulationOutcome.NotMemory,
                _ => EmulationOutcome.NotEmulated,
            },
            Access = handler.Access,
            Before = before,
            After = registers,
            Transactions = bus.Transactions,
            Fault = outcome.Fault,
            Reason = ReasonOf(outcome),
        };
        return (result, ExitExplanation.Of(handler));
    }

    private static string ReasonOf(in ExitOutcome outcome) => outcome switch
    {
        { Reason: ExitReason.InstructionNotEmulated } => Words.Of(outcome.NotEmulatedReason),
        { Status: ExitStatus.NotInstructionAccess } => JsonNamingPolicy.CamelCase.ConvertName(outcome.Class.ToString()),
        _ => JsonNamingPolicy.CamelCase.ConvertName(outcome.Reason.ToString()),
    };

    private sealed class NoTranslation(InstructionSet set, bool bigEndian) : IStage1Source
    {
        private const ulong EEAndE0E = (1ul << 25) | (1ul << 24);

        public Stage1Registers ReadRegisters(ulong virtualAddress) => new()
        {
            Regime = set == InstructionSet.A64 ? Stage1Regime.EL10 : Stage1Regime.AArch32EL10,
            Sctlr = ReadSctlr(),
        };

        public ulong ReadSctlr() => bigEndian ? EEAndE0E : 0;
    }

    private sealed class NoMemory : IGuestMemory
    {
        public bool TryRead(ulong physicalAddress, Span<byte> destination) => false;
    }
}
