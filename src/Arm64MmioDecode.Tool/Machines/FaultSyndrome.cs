using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>The ESR_EL1 with which a guest takes a fault.</summary>
internal static class FaultSyndrome
{
    private const uint NotRW = 1u << 4;
    private const uint ExceptionLevel = 3u << 2;
    private const uint AArch32User = NotRW;
    private const uint EL0 = 0;
    private const uint EL1 = (1u << 2) | 1;

    public static ulong Of(in EmulationFault fault, ulong pstate)
    {
        // PSTATE is whatever the user wrote. What counts is whether the exception comes from below EL1: from EL0 or AArch32.
        uint origin = (pstate & NotRW) != 0 ? AArch32User : (pstate & ExceptionLevel) == 0 ? EL0 : EL1;
        var context = new AArch64ExceptionContext(targetLevel: 1, origin, pc: 0, vbar: 0, sctlr: 0);
        return AArch64ExceptionEntry.For(in context, in fault).Esr;
    }
}
