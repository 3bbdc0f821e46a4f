using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>The ESR_EL1 with which a guest takes a fault.</summary>
internal static class FaultSyndrome
{
    private const int ExceptionClassShift = 26;
    private const ulong IL = 1u << 25;
    private const ulong WnR = 1u << 6;
    private const uint NotRW = 1u << 4;
    private const uint ExceptionLevel = 3u << 2;

    public static ulong Of(in EmulationFault fault, uint pstate)
    {
        // From AArch32, and from EL0, the abort comes from a lower level than the one that takes it.
        bool lower = (pstate & NotRW) != 0 || (pstate & ExceptionLevel) == 0;
        return fault.Reason switch
        {
            FaultReason.DataAbort => Class(lower ? ExceptionClass.DataAbortLowerEl : ExceptionClass.DataAbortSameEl)
                | (fault.IsWrite ? WnR : 0) | (uint)fault.StatusCode.Value,
            FaultReason.StackPointerAlignment => Class(ExceptionClass.SPAlignment),
            FaultReason.PointerAuthentication => Class(ExceptionClass.PointerAuthenticationFailure) | fault.Syndrome,
            FaultReason.MemoryCopyOrSet => Class(ExceptionClass.MemoryOperation) | fault.Syndrome,
            _ => Class(ExceptionClass.Unknown) | fault.Syndrome,
        };
    }

    private static ulong Class(ExceptionClass value) => ((ulong)value << ExceptionClassShift) | IL;
}
