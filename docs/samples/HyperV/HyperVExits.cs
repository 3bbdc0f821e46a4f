// Never ran on Windows or under mshv: tested with a processor that only remembers.
using System;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.SystemRegisters;

namespace Arm64MmioDecode.Samples.HyperV;

/// <summary>Serves the memory exits of one virtual processor.</summary>
internal sealed class HyperVExits
{
    private readonly HyperVGuestRegisters _registers;
    private readonly VcpuSystemState _state;
    private readonly ExitHandler _handler;
    private readonly RetryLimit _retries = new();
    private readonly Action<string> _log;

    public HyperVExits(IHyperVProcessor processor, IMmioBus devices, IGuestRam memory, Action<string> log)
    {
        _registers = new HyperVGuestRegisters(processor);
        _state = new VcpuSystemState(_registers, _registers);
        _handler = new ExitHandler(_registers, devices, _state, memory);
        _log = log;
        _registers.Commit();
    }

    /// <summary>Serves an exit for which TryGetDataAbort was true.</summary>
    /// <returns>Whether the virtual processor can run on.</returns>
    public bool Serve(in DataAbortExit exit)
    {
        bool goOn = Handle(exit);
        _registers.Commit();
        return goOn;
    }

    private bool Handle(in DataAbortExit exit)
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
