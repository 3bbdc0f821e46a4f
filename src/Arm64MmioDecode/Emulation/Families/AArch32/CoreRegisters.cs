using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>The core registers R0 to R15, which are X registers of the vCPU and its PC.</summary>
internal static class CoreRegisters
{
    public const int StackPointer = 13;
    public const int LinkRegister = 14;
    public const int ProgramCounter = 15;

    /// <summary>R15 as an instruction reads it: two instructions ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReadProgramCounter(in AccessDescriptor access, ulong pc) => (uint)pc + (access.InstructionSet == InstructionSet.A32 ? 8u : 4u);

    /// <summary>Reads a register, R15 too.</summary>
    /// <param name="registers">The vCPU.</param>
    /// <param name="access">The instruction that reads it.</param>
    /// <param name="number">0 to 15.</param>
    /// <param name="mode">Whose register it is, in bits 4:0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint GetR(this IGuestRegisters registers, in AccessDescriptor access, int number, uint mode) => number == ProgramCounter
        ? ReadProgramCounter(in access, registers.ReadPc())
        : (uint)registers.ReadX(AArch32RegisterView.ToAArch64(number, (int)(mode & AArch32State.Mode)));

    /// <summary>Writes a register. R15 as a destination that is no branch (of a load of a byte, for example) is UNPREDICTABLE: nothing is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SetR(this IGuestRegisters registers, int number, uint value, uint mode)
    {
        if (number != ProgramCounter)
        {
            registers.WriteX(AArch32RegisterView.ToAArch64(number, (int)(mode & AArch32State.Mode)), value);
        }
    }

    /// <summary>A register receives the element that was loaded for it.</summary>
    /// <returns>Whether it is PC: <paramref name="next"/> is then what was loaded, where the guest goes on.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Load(this IGuestRegisters registers, in AccessDescriptor access, int number, ulong element, uint mode, ref uint next)
    {
        var value = (uint)Transfers.Extend(in access, element);
        if (number != ProgramCounter || access.ElementSize != sizeof(uint))
        {
            registers.SetR(number, value, mode);
            return false;
        }

        next = value;
        return true;
    }

    /// <summary>What every instruction ends with: PC and CPSR.</summary>
    /// <param name="registers">The vCPU.</param>
    /// <param name="next">Where the guest goes on.</param>
    /// <param name="old">CPSR at the beginning.</param>
    /// <param name="cpsr">What it becomes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Complete(this IGuestRegisters registers, uint next, uint old, uint cpsr)
    {
        registers.WritePc(next);
        if (cpsr != old)
        {
            registers.PState = (registers.PState & ~(ulong)uint.MaxValue) | cpsr;
        }
    }
}
