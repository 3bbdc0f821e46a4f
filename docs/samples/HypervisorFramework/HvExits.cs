// Never ran on macOS: tested with a vCPU that only remembers.
using System;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Samples.HypervisorFramework;

/// <summary>Serves the data aborts of one vCPU, on the thread that created it.</summary>
internal sealed class HvExits
{
    private readonly HvGuestRegisters _registers;
    private readonly VcpuSystemState _state;
    private readonly ExitHandler _handler;
    private readonly RetryLimit _retries = new();
    private readonly Action<string> _log;

    public HvExits(IHvVcpu vcpu, IMmioBus devices, IGuestRam memory, Action<string> log)
    {
        _registers = new HvGuestRegisters(vcpu);
        _state = new VcpuSystemState(_registers, _registers);
        _handler = new ExitHandler(_registers, devices, _state, memory);
        _log = log;
    }

    /// <summary>Serves an exit for which TryGetDataAbort was true.</summary>
    /// <returns>Whether the vCPU can run on.</returns>
    public bool Serve(in DataAbortExit exit)
    {
        ulong pc = _registers.Pc;
        ExitOutcome outcome = _handler.Handle(exit);
        if (outcome.Action == ExitAction.SkipInstruction)
        {
            _handler.SkipInstruction();
            return true;
        }

        if (outcome.Status == ExitStatus.GuestFault || outcome.Action == ExitAction.InjectFault)
        {
            return _state.Inject(outcome.Fault);
        }

        if (outcome.ReenterGuest && _retries.Allows(pc, outcome))
        {
            return true;
        }

        _log(ExitExplanation.Of(_handler).ToString());
        return false;
    }
}
