using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>Executes one instruction on registers and a bus.</summary>
internal static class Machine
{
    /// <summary>Executes an instruction on its own memory.</summary>
    public static EmulationResult Run(EmulationRequest request)
    {
        var bus = new RecordingBus(request.Memory);
        MachineRegisters registers = request.Registers;
        MachineRegisters before = registers.Copy();

        DecodeStatus decoded = OpcodeDecoder.Decode(request.Opcode, request.InstructionSet, ItState.FromCpsr((uint)registers.PState), out AccessDescriptor access);
        var plan = new AccessPlan();
        EmulationStatus status = EmulationStatus.NotEmulated;
        if (decoded == DecodeStatus.MemoryAccess)
        {
            // A long memory copy or set is done in several steps; the memory there is bounds their number.
            do
            {
                status = plan.Execute(in access, registers, bus, request.Options);
            }
            while (status == EmulationStatus.Continue);
        }

        // A fault leaves the guest where it was. The writes that came before it are undone as well, but for the steps of a
        // memory copy or set, of which the registers know.
        if (status == EmulationStatus.Fault && access.Kind is not (AccessKind.MemoryCopy or AccessKind.MemorySet))
        {
            request.Memory.Restore();
        }

        return new EmulationResult
        {
            Outcome = decoded != DecodeStatus.MemoryAccess ? EmulationOutcome.NotMemory : status switch
            {
                EmulationStatus.Completed => EmulationOutcome.Completed,
                EmulationStatus.Fault => EmulationOutcome.Fault,
                EmulationStatus.Undefined => EmulationOutcome.Undefined,
                _ => EmulationOutcome.NotEmulated,
            },
            Access = access,
            Before = before,
            After = registers,
            Transactions = bus.Transactions,
            Fault = plan.Fault,
            Reason = status == EmulationStatus.Undefined ? Words.Of(plan.UndefinedReason) : Words.Of(plan.NotEmulatedReason),
        };
    }
}
