using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>
/// Views of the registers. In AArch32, D0 and D1 are the halves of SIMD&amp;FP register 0, and R0 to R14 are those of a mode.
/// </summary>
internal static class GuestRegistersExtensions
{
    /// <summary>An AArch32 register as the mode of a CPSR sees it.</summary>
    public static ulong GetR(this IGuestRegisters registers, int number, ulong cpsr) =>
        registers.GetX(AArch32RegisterView.ToAArch64(number, (int)cpsr));

    public static void SetR(this IGuestRegisters registers, int number, ulong cpsr, ulong value) =>
        registers.SetX(AArch32RegisterView.ToAArch64(number, (int)cpsr), value);

    /// <summary>The saved program status of the mode of a CPSR; SPSR_svc where a mode has none.</summary>
    public static SystemRegister SpsrOf(ulong cpsr) => (cpsr & 0x1F) switch
    {
        AArch32RegisterView.FiqMode => SystemRegister.SpsrFiq,
        AArch32RegisterView.IrqMode => SystemRegister.SpsrIrq,
        AArch32RegisterView.AbortMode => SystemRegister.SpsrAbt,
        AArch32RegisterView.UndefinedMode => SystemRegister.SpsrUnd,
        _ => SystemRegister.SpsrSvc,
    };

    public static UInt128 GetV(this IGuestRegisters registers, int number)
    {
        registers.GetV(number, out ulong low, out ulong high);
        return new UInt128(high, low);
    }

    public static ulong GetD(this IGuestRegisters registers, int number)
    {
        registers.GetV(number / 2, out ulong low, out ulong high);
        return (number & 1) == 0 ? low : high;
    }

    public static void SetD(this IGuestRegisters registers, int number, ulong value)
    {
        registers.GetV(number / 2, out ulong low, out ulong high);
        registers.SetV(number / 2, (number & 1) == 0 ? value : low, (number & 1) == 0 ? high : value);
    }
}
