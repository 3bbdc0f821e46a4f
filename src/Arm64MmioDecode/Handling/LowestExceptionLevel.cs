using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Exceptions;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Instructions that are UNDEFINED below some Exception level, whatever the system registers say: a processor never gets as far as an
/// access of theirs there.
/// </summary>
internal static class LowestExceptionLevel
{
    private const int Op1Shift = 16;

    /// <summary>Whether the instruction is UNDEFINED where the vCPU is.</summary>
    public static bool IsAbove(ulong pstate, in AccessDescriptor access) => Of(in access) > ProcessorState.ExceptionLevel(pstate);

    private static int Of(in AccessDescriptor access)
    {
        if (access.IsSystemInstruction)
        {
            // Arm ARM, "op0, op1, CRn, CRm, op2 encodings for System instructions": op1 is by the level that may execute them.
            return ((access.Opcode >> Op1Shift) & 7) switch
            {
                3 => 0,
                4 or 5 => 2,
                6 => 3,
                _ => 1,
            };
        }

        return access.Kind switch
        {
            // LDGM, STGM, STZGM, whose number of granules a register tells.
            AccessKind.TagLoad or AccessKind.TagStore => access.ElementCount == 0 ? 1 : 0,

            // MCR of AArch32, from PL1 on.
            AccessKind.CacheMaintenance => 1,
            _ => 0,
        };
    }
}
