using System;

namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// The AArch64 view of AArch32's banked registers: to an AArch64 hypervisor, R0 to R14 of every mode lie in X0 to X30,
/// and SRT holds the X number ("Mapping of the general-purpose registers between the Execution states").
/// </summary>
public static class AArch32RegisterView
{
    /// <summary>CPSR.M of User mode.</summary>
    public const int UserMode = 0x10;

    /// <summary>CPSR.M of FIQ mode.</summary>
    public const int FiqMode = 0x11;

    /// <summary>CPSR.M of IRQ mode.</summary>
    public const int IrqMode = 0x12;

    /// <summary>CPSR.M of Supervisor mode.</summary>
    public const int SupervisorMode = 0x13;

    /// <summary>CPSR.M of Abort mode.</summary>
    public const int AbortMode = 0x17;

    /// <summary>CPSR.M of Hyp mode.</summary>
    public const int HypMode = 0x1A;

    /// <summary>CPSR.M of Undefined mode.</summary>
    public const int UndefinedMode = 0x1B;

    /// <summary>CPSR.M of System mode.</summary>
    public const int SystemMode = 0x1F;

    /// <summary>Finds the X register that holds an AArch32 register.</summary>
    /// <param name="register">The AArch32 register, 0 to 14.</param>
    /// <param name="mode">CPSR.M, bits 4:0. Reserved values and Monitor mode, which is not mapped, read as User mode.</param>
    /// <returns>0 to 30.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The register is not 0 to 14: R15 has no AArch64 view.</exception>
    public static int ToAArch64(int register, int mode)
    {
        if ((uint)register < 8)
        {
            return register; // no mode has its own
        }

        if ((uint)register > 14)
        {
            throw new ArgumentOutOfRangeException(nameof(register));
        }

        return (mode & 0x1F) switch
        {
            FiqMode when register >= 8 => register + 16, // R8_fiq … R12_fiq, SP_fiq, LR_fiq are X24 … X30
            IrqMode when register >= 13 => 30 - register, // LR_irq X16, SP_irq X17
            SupervisorMode when register >= 13 => 32 - register, // LR_svc X18, SP_svc X19
            AbortMode when register >= 13 => 34 - register, // LR_abt X20, SP_abt X21
            UndefinedMode when register >= 13 => 36 - register, // LR_und X22, SP_und X23
            HypMode when register == 13 => 15, // Hyp mode shares LR_usr
            _ => register,
        };
    }

    /// <summary>Finds the AArch32 register that an X register is in a mode, the reverse of <see cref="ToAArch64"/>.</summary>
    /// <param name="register">The AArch64 register number, as SRT holds it.</param>
    /// <param name="mode">CPSR.M, bits 4:0.</param>
    /// <param name="aarch32Register">0 to 14, or 15 for the X number 31, which stands for R15.</param>
    /// <returns>Whether the mode has a register there.</returns>
    public static bool TryFromAArch64(int register, int mode, out int aarch32Register)
    {
        if (register == 31)
        {
            aarch32Register = 15;
            return true;
        }

        for (aarch32Register = 0; aarch32Register <= 14; aarch32Register++)
        {
            if (ToAArch64(aarch32Register, mode) == register)
            {
                return true;
            }
        }

        aarch32Register = 0;
        return false;
    }
}
