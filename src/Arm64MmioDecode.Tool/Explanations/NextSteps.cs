using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Explanations;

/// <summary>What a person should look at next.</summary>
internal static class NextSteps
{
    public static IReadOnlyList<string> For(AbortExplanation abort)
    {
        List<string> steps = [];
        DataAbortSyndrome syndrome = abort.Syndrome;
        if (!syndrome.ExceptionClass.IsDataAbort())
        {
            steps.Add(syndrome.Value >> 26 == 0
                ? "The exception class is 0. If this is arm_nisv.esr_iss of KVM_EXIT_ARM_NISV, which is an ISS without the class, add 0x92000000 to it."
                : "Only a Data Abort is about an access of an instruction: look at the exception class.");
            return steps;
        }

        if (syndrome.Class != DataAbortClass.InstructionAccess)
        {
            steps.Add(ForClass(syndrome.Class));
        }
        else if (syndrome.Isv)
        {
            steps.Add("The syndrome is enough: perform the access that it describes, and advance PC by the instruction's length.");
        }
        else if (abort.Opcode is null)
        {
            steps.Add("Read the instruction at PC through the guest's stage 1 translation, and give it with --opcode.");
        }
        else
        {
            ForInstruction(steps, abort);
        }

        if (abort.Ipa.Precision == IpaPrecision.None && !syndrome.IsHpfarValid)
        {
            steps.Add("HPFAR_EL2 is not valid for this abort: translate FAR_EL2 through the guest's stage 1 tables for the intermediate physical address.");
        }

        return steps;
    }

    private static string ForClass(DataAbortClass dataAbortClass) => dataAbortClass switch
    {
        DataAbortClass.TranslationTableWalk =>
            "Look at the guest's TTBR and tables: the address of the fault is that of a table, which has to lie in RAM.",
        DataAbortClass.CacheMaintenance =>
            "Skip the instruction: there is no cache over a device. Or map the address, if it should be RAM.",
        DataAbortClass.GuardedControlStack =>
            "Look at GCSPR_ELx: a Guarded Control Stack has to lie in RAM.",
        DataAbortClass.NestedVirtualization =>
            "Look at VNCR_EL2: the page that it names has to be mapped.",
        DataAbortClass.ExternalAbort or DataAbortClass.ExternalAbortOnWalk =>
            "Look at the memory or device behind the address, or for a guest's fault inject the External abort.",
        DataAbortClass.UnsupportedExclusiveOrAtomic =>
            "Inject the fault into the guest, or perform the access under a policy: its code uses exclusives or atomics on memory that has none.",
        DataAbortClass.Alignment or DataAbortClass.TagCheck =>
            "Inject the fault into the guest.",
        _ => "Emulating the instruction does not help: the fault is not about its access.",
    };

    private static void ForInstruction(List<string> steps, AbortExplanation abort)
    {
        AccessDescriptor access = abort.Access;
        if (abort.Decoded != DecodeStatus.MemoryAccess)
        {
            steps.Add("The word is no memory instruction: it is not what trapped. Check PC and the instruction set, or re-enter the guest, in case its code has changed.");
            return;
        }

        if (abort.Differences.Count != 0)
        {
            steps.Add("The word is not what trapped: re-enter the guest with nothing changed, in case its code has changed; if it comes back, check how the instruction is read.");
            return;
        }

        if (access.HasValidSyndrome)
        {
            steps.Add("The architecture has a valid syndrome for this instruction, and the processor or the hypervisor did not report it. Emulate the instruction from its opcode.");
        }
        else
        {
            steps.Add("Emulate the instruction from its opcode; `mmiodecode emulate` shows what it does.");
        }

        if (access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive or AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap)
        {
            steps.Add("Devices usually refuse exclusives and atomics: choose a policy, or look for the lock that was placed in device memory.");
        }
        else if (access.RegisterFile is RegisterFile.SimdAndFloatingPoint or RegisterFile.ScalableVector
            || access.Kind is AccessKind.MemoryCopy or AccessKind.MemorySet or AccessKind.ZeroBlock)
        {
            steps.Add("A driver rarely does this to a device on purpose: look for a memcpy or memset over it, or for RAM that stage 2 does not map.");
        }
        else if ((access.NoSyndromeReasons & (NoSyndromeReasons.Pair | NoSyndromeReasons.Writeback)) != 0)
        {
            steps.Add("A compiler merges and indexes plain accesses like this: in the driver, use accessors that are one load or store (volatile alone does not prevent writeback).");
        }
    }
}
