using System.Collections.Generic;
using System.Globalization;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>
/// Compares an abort's syndrome with the one that the architecture gives for an instruction, field by field
/// (docs/syndromes.md, "Which fields are compared with an instruction").
/// </summary>
internal static class SyndromeAgreement
{
    private const ulong AArch32User = 0x10;
    private const ulong AArch32Thumb = 1u << 5;
    private const NoSyndromeReasons Scalable = NoSyndromeReasons.Sve | NoSyndromeReasons.Sme;

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

        if (syndrome.Class == DataAbortClass.GuardedControlStack && access.Kind != AccessKind.GuardedControlStack)
        {
            differences.Add("The syndrome says an access to the Guarded Control Stack, and the instruction does not access it.");
            return differences;
        }

        if (syndrome.FnP && (access.NoSyndromeReasons & Scalable) == 0)
        {
            differences.Add("The syndrome says that FAR is not precise, as it is for SVE and SME accesses only, and the instruction is none.");
        }

        if (syndrome.TnD && access.Kind is not (AccessKind.TagStore or AccessKind.MemorySet))
        {
            differences.Add("The syndrome says a write of Allocation Tags, and the instruction writes none.");
        }

        CompareDirection(differences, in syndrome, in access);
        if (syndrome.Isv)
        {
            CompareDescription(differences, in syndrome, in access);
        }
        else if (syndrome.LoadStoreType != LoadStoreType.Unspecified)
        {
            Compare(differences, "kind of 64-byte access", LoadStoreTypeOf(syndrome), LoadStoreTypeOf(Expected(in access)));
        }

        return differences;
    }

    /// <summary>
    /// Whether software took an External abort for an instruction that no syndrome describes: a hypervisor that does not decode
    /// instructions injects it. KVM's has WnR = 0 whatever the direction.
    /// </summary>
    public static bool MayBeInjected(in DataAbortSyndrome syndrome, in AccessDescriptor access) =>
        !syndrome.IsGuestExit && syndrome.Class == DataAbortClass.ExternalAbort && access.Kind != AccessKind.None && !access.HasValidSyndrome;

    private static void CompareDirection(List<string> differences, in DataAbortSyndrome syndrome, in AccessDescriptor access)
    {
        bool both = access.Kind is AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap or AccessKind.MemoryCopy or AccessKind.GuardedControlStack;
        bool isUnsaid = !syndrome.WnR && MayBeInjected(in syndrome, in access);
        if (syndrome.IsWnRValid && !both && !isUnsaid && syndrome.WnR != access.IsWrite)
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

        DataAbortSyndrome expected = Expected(in access);
        Compare(differences, "length of the instruction", Length(syndrome), Length(expected));
        Compare(differences, "kind of 64-byte access", LoadStoreTypeOf(syndrome), LoadStoreTypeOf(expected));
        Compare(differences, "size", Bytes(syndrome), Bytes(expected));
        if (!IsRegisterOfSomeMode(in syndrome, in access) || syndrome.SF != expected.SF)
        {
            Compare(differences, "register", Register(syndrome, access.InstructionSet), access.InstructionSet == InstructionSet.A64
                ? RegisterName.A64(expected.Srt, expected.SF)
                : RegisterName.AArch32(access.Rt));
        }

        if (HasStatus(syndrome) && HasStatus(expected))
        {
            Compare(differences, "status register", RegisterName.A64(syndrome.Xs, sixtyFour: true), RegisterName.A64(expected.Xs, sixtyFour: true));
        }

        Compare(differences, "sign extension", Yes(syndrome.Sse), Yes(expected.Sse));
        Compare(differences, "acquire or release", Yes(syndrome.AR), Yes(expected.AR));
    }

    private static DataAbortSyndrome Expected(in AccessDescriptor access)
    {
        ulong pstate = access.InstructionSet switch
        {
            InstructionSet.A32 => AArch32User,
            InstructionSet.T32 => AArch32User | AArch32Thumb,
            _ => 0,
        };
        return AccessSyndrome.Of(in access, FaultStatusCode.Translation(level: 3), pstate);
    }

    private static void Compare(List<string> differences, string what, string reported, string ofInstruction)
    {
        if (reported != ofInstruction)
        {
            differences.Add($"The {what} differs: {reported} in the syndrome, {ofInstruction} in the instruction.");
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

    private static string Bytes(in DataAbortSyndrome syndrome) => syndrome.LoadStoreType != LoadStoreType.Unspecified
        ? "64"
        : (1 << syndrome.Sas).ToString(CultureInfo.InvariantCulture);

    private static string Length(in DataAbortSyndrome syndrome) => syndrome.IL ? "32 bits" : "16 bits";

    private static string LoadStoreTypeOf(in DataAbortSyndrome syndrome) => syndrome.LoadStoreType switch
    {
        LoadStoreType.St64bv => "ST64BV",
        LoadStoreType.Ld64bOrSt64b => "LD64B or ST64B",
        LoadStoreType.St64bv0 => "ST64BV0",
        _ => "none",
    };

    private static bool HasStatus(in DataAbortSyndrome syndrome) => syndrome.LoadStoreType is LoadStoreType.St64bv or LoadStoreType.St64bv0;

    private static string Yes(bool value) => value ? "yes" : "no";

    private static string Register(in DataAbortSyndrome syndrome, InstructionSet set) =>
        set == InstructionSet.A64 ? RegisterName.A64(syndrome.Srt, syndrome.SF)
        : syndrome.SF ? RegisterName.A64(syndrome.Srt, sixtyFour: true)
        : syndrome.Source == SyndromeSource.Hsr ? RegisterName.AArch32(syndrome.Srt)
        : RegisterName.AArch32OfView(syndrome.Srt);
}
