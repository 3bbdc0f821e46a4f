using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;

namespace Arm64MmioDecode.Handling;

/// <content>Stepping over an instruction that has nothing to do on a device.</content>
public sealed partial class ExitHandler
{
    // What is skipped is cache maintenance by address: DC and IC, and MCR in A32 and T32, all of four bytes.
    private const ulong CacheMaintenanceLength = 4;

    /// <summary>
    /// Steps over the instruction of an exit that ended with <see cref="ExitAction.SkipInstruction"/>, as its completion would: PC
    /// moves behind it, PSTATE.SS and BTYPE become 0, and in T32 PSTATE.IT moves on. The exit is <see cref="ExitStatus.Completed"/> then.
    /// </summary>
    /// <exception cref="InvalidOperationException">The exit ended otherwise, or is pending.</exception>
    public void SkipInstruction()
    {
        if (_status != ExitStatus.NotInstructionAccess || _action != ExitAction.SkipInstruction)
        {
            throw new InvalidOperationException("the exit does not ask for its instruction to be skipped");
        }

        ulong state = _registers.PState;
        ulong pc = _registers.Pc + CacheMaintenanceLength;
        InstructionSet set = InstructionFetcher.GetInstructionSet(state);
        if (set == InstructionSet.A64)
        {
            _registers.Pc = pc;
            _registers.PState = state & ~AccessPlan.ClearedByCompletion;
        }
        else
        {
            _registers.Pc = (uint)pc;
            _registers.PState = (state & ~(ulong)uint.MaxValue) | AArch32State.Advance((uint)state, set);
        }

        _status = ExitStatus.Completed;
        _action = ExitAction.None;
    }
}
