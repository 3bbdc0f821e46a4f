using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Fetching;

namespace Arm64MmioDecode.Emulation;

/// <summary>What can be done to any vCPU's registers.</summary>
public static class GuestRegisterExtensions
{
    private const int HalfwordLength = 2;
    private const int WordLength = 4;

    /// <summary>
    /// Steps over the instruction at PC, as its completion would: PC moves behind it, PSTATE.SS and BTYPE become 0, and in T32 PSTATE.IT
    /// moves on. For instructions that the hypervisor has performed itself, or wants ignored.
    /// </summary>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="length">
    /// The instruction's length in bytes: 4, or in T32 2 (<see cref="AccessDescriptor.Length"/>; for an exception that is no data abort
    /// ESR_ELx.IL says it).
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is no length that the instruction set has.</exception>
    public static void SkipInstruction(this IGuestRegisters registers, int length)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        ulong state = registers.PState;
        InstructionSet set = InstructionFetcher.GetInstructionSet(state);
        if (length != WordLength && (length != HalfwordLength || set != InstructionSet.T32))
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "an instruction has 4 bytes, or in T32 2");
        }

        ulong pc = registers.Pc + (uint)length;
        if (set == InstructionSet.A64)
        {
            registers.Pc = pc;
            registers.PState = state & ~AccessPlan.ClearedByCompletion;
        }
        else
        {
            registers.Pc = (uint)pc;
            registers.PState = (state & ~(ulong)uint.MaxValue) | AArch32State.Advance((uint)state, set);
        }
    }
}
