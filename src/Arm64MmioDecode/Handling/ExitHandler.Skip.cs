using System;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Handling;

/// <content>Stepping over an instruction that has nothing to do on a device.</content>
public sealed partial class ExitHandler
{
    // What is skipped is cache maintenance by address: DC and IC, and MCR in A32 and T32, all of four bytes.
    private const int CacheMaintenanceLength = 4;

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

        _registers.SkipInstruction(CacheMaintenanceLength);
        _status = ExitStatus.Completed;
        _action = ExitAction.None;
    }
}
