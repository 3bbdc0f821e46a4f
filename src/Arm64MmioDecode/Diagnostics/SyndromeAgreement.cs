using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>Compares an abort's syndrome with the one that the architecture gives for an instruction.</summary>
internal static class SyndromeAgreement
{
    private const ulong AArch32User = 0x10;
    private const ulong AArch32Thumb = 1u << 5;

    /// <summary>Where the instruction contradicts the syndrome, one sentence each.</summary>
    public static IReadOnlyList<string> Differences(in DataAbortSyndrome syndrome, in AccessDescriptor access)
    {
        List<string> differences = [];
        if (!syndrome.ExceptionClass.IsDataAbort())
        {
            return differences;
        }

        if (access.Kind == AccessKind.Prefetch)
        {
            differences.Add("A prefetch never causes a data abort.");
            return differences;
        }

        if (syndrome.CM != (access.Kind == AccessKind.CacheMaintenance))
        {
            differences.Add(syndrome.CM
                ? "The syndrome says cache maintenance, and the instruction is none."
                : "The instruction is cache maintenance, and the syndrome says that it is none.");
            return differences;
        }

        if (syndrome.Class == DataAbortClass.UnsupportedExclusiveOrAtomic && !ExitHandler.NeedsSpecialMemory(access))
        {
            differences.Add("The syndrome says an exclusive, atomic or 64-byte access, and the instruction is none.");
            return differences;
        }

        CompareDirection(differences, in syndrome, in access);
        if (syndrome.Isv)
        {
            CompareDescription(differences, in syndrome, in access);
        }

        return differences;
    }

    private static void CompareDirection(List<string> differences, in DataAbortSyndrome syndrome, in AccessDescriptor access)
    {
        bool both = access.Kind is AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap or AccessKind.MemoryCopy or AccessKind.GuardedControlStack;
        if (syndrome.IsWnRValid && !both && syndrome.WnR != access.IsWrite)
        {
            differences.Add(syndrome.WnR
                ? "The syndrome says a write, and the instruction only reads."
                : "The syndrome says a read, and the instruction only writes.");
        }
    }

    private static void CompareDescription(List<string> differences, in DataAbortSyndrome syndrome, in AccessDescriptor access)
    {
        if (!access.HasValidSyndrome)
        {
            differences.Add("The syndrome describes an access (ISV = 1), and the instruction is one that has no valid syndrome.");
            return;
        }

        ulong pstate = access.InstructionSet switch
        {
            InstructionSet.A32 => AArch32User,
            InstructionSet.T32 => AArch32User | AArch32Thumb,
            _ => 0,
        };
        DataAbortSyndrome expected = AccessSyndrome.Of(in access, FaultStatusCode.Translation(level: 3), pstate);
        Compare("size", Bytes(syndrome.Sas), Bytes(expected.Sas));
        if (!IsRegisterOfSomeMode(in syndrome, in access) || syndrome.SF != expected.SF)
        {
            Compare("register", Register(syndrome), Register(expected));
        }

        Compare("sign extension", Yes(syndrome.Sse), Yes(expected.Sse));
        Compare("acquire or release", Yes(syndrome.AR), Yes(expected.AR));

        void Compare(string what, string reported, string ofInstruction)
        {
            if (reported != ofInstruction)
            {
                differences.Add($"The {what} differs: {reported} in the syndrome, {ofInstruction} in the instruction.");
            }
        }
    }

    // In which mode the guest was is not known. To an AArch64 hypervisor a banked register has another number in each.
    private static bool IsRegisterOfSomeMode(in DataAbortSyndrome syndrome, in AccessDescriptor access)
    {
        if (access.InstructionSet == InstructionSet.A64 || syndrome.Source == SyndromeSource.Hsr)
        {
            return syndrome.Srt == access.Rt;
        }

        for (int mode = AArch32RegisterView.UserMode; mode <= AArch32RegisterView.SystemMode; mode++)
        {
            if (syndrome.Srt == AArch32RegisterView.ToAArch64(access.Rt, mode))
            {
                return true;
            }
        }

        return false;
    }

    private static string Bytes(int sizeLog2) => (1 << sizeLog2).ToString(CultureInfo.InvariantCulture);

    private static string Yes(bool value) => value ? "yes" : "no";

    private static string Register(in DataAbortSyndrome syndrome) => RegisterName.A64(syndrome.Srt, syndrome.SF);
}
