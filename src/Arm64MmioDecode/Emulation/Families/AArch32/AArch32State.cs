using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>What the CPSR decides, and how instructions change it.</summary>
internal static class AArch32State
{
    public const uint Mode = 0x1F;
    public const uint T = 1u << 5;
    public const uint E = 1u << 9;
    public const uint SS = 1u << 21;

    /// <summary>Whether an instruction does more than to let PC go on. ITSTATE is that of the register, whatever the opcode was decoded with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Executes(in AccessDescriptor access, uint cpsr)
    {
        int condition = access.InstructionSet == InstructionSet.T32 ? ItState.FromCpsr(cpsr).Condition : access.Condition;
        return condition >= AccessDescriptor.AlwaysCondition || ConditionHolds(condition, cpsr);
    }

    // Bits 3:1 select flags, bit 0 inverts (Arm ARM, ConditionHolds); 14 and 15, which always hold, are none of these.
    private static bool ConditionHolds(int condition, uint cpsr)
    {
        bool n = (cpsr & (1u << 31)) != 0;
        bool z = (cpsr & (1u << 30)) != 0;
        bool c = (cpsr & (1u << 29)) != 0;
        bool v = (cpsr & (1u << 28)) != 0;
        bool holds = (condition >> 1) switch
        {
            0 => z,
            1 => c,
            2 => n,
            3 => v,
            4 => c && !z,
            5 => n == v,
            _ => n == v && !z,
        };
        return holds != ((condition & 1) != 0);
    }

    /// <summary>Whether EL1 has a mode.</summary>
    public static bool IsModeOfEL1(uint mode) => (mode & Mode) is AArch32RegisterView.UserMode or AArch32RegisterView.FiqMode
        or AArch32RegisterView.IrqMode or AArch32RegisterView.SupervisorMode or AArch32RegisterView.AbortMode
        or AArch32RegisterView.UndefinedMode or AArch32RegisterView.SystemMode;

    // A load to PC selects the instruction set by bit 0 (Arm ARM, BXWritePC). With bits 1:0 = 10 PC stays unaligned, so that
    // the guest takes a PC alignment fault: the architecture permits that or forces the alignment.
    public static void Interwork(ref uint pc, ref uint cpsr)
    {
        bool thumb = (pc & 1) != 0;
        pc &= ~1u;
        cpsr = thumb ? cpsr | T : cpsr & ~T;
    }

    /// <summary>PSTATE.IT moves on to the next instruction, and PSTATE.SS becomes 0.</summary>
    public static uint Advance(uint cpsr, InstructionSet instructionSet)
    {
        cpsr &= ~SS;
        return instructionSet == InstructionSet.T32 ? ItState.FromCpsr(cpsr).Advance().ToCpsr(cpsr) : cpsr;
    }

    // Arm ARM, AArch32.ExceptionReturn and SetPSTATEFromPSR. A return to a mode that EL1 does not have is illegal: the mode and
    // the instruction set stay and PSTATE.IL becomes 1. An AArch32 SPSR has DIT in bit 21, where PSTATE in SPSR_ELx layout has SS, and
    // nothing in bit 24, where that has DIT.
    public static void ReturnFromException(uint current, ref uint pc, ref uint cpsr)
    {
        const uint IL = 1u << 20;
        const uint DitOfSavedState = 1u << 21;
        const uint Dit = 1u << 24;
        bool dit = (cpsr & DitOfSavedState) != 0;
        cpsr &= ~(DitOfSavedState | Dit);
        cpsr |= dit ? Dit : 0;
        if (!IsModeOfEL1(cpsr))
        {
            const uint Kept = Mode | T;
            cpsr = (cpsr & ~Kept) | (current & Kept) | IL;
        }

        bool thumb = (cpsr & T) != 0;
        cpsr = (thumb ? ItState.FromCpsr(cpsr) : ItState.None).ToCpsr(cpsr);
        pc &= thumb ? ~1u : ~3u;
    }
}
