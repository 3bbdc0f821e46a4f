using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>What to do about an exit and what to change: what the cause suggests, after what is nearer.</summary>
internal static class AdviceSentences
{
    public static IReadOnlyList<string> For(ExitExplanation explanation)
    {
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        if (syndrome.Class == DataAbortClass.NotDataAbort && OfException(syndrome) is { } exception)
        {
            return [exception];
        }

        List<string> sentences = [];
        if (syndrome.ExceptionClass == ExceptionClass.DataAbortSameEl)
        {
            sentences.Add("The abort was taken without a change of Exception level. In ESR_EL2 it is the hypervisor's own; in ESR_EL1 it is one of the guest's kernel, to which its own page tables are the answer.");
        }

        if (explanation.Outcome is { } outcome)
        {
            AddOfOutcome(sentences, outcome, explanation.Cause);
        }
        else if (explanation.Agrees != false)
        {
            Add(sentences, explanation.Cause == ExitCause.Unknown && explanation.Decoded is not null
                ? CauseSentences.EmulateInstruction
                : CauseSentences.Act(explanation.Cause));
        }
        else if (!DependsOnInstruction(syndrome))
        {
            sentences.Add("The word is not what trapped: check PC, the instruction set, and how the instruction is read. The abort can be answered without it.");
            Add(sentences, CauseSentences.Act(explanation.Cause));
        }
        else
        {
            // Nobody has tried again yet.
            sentences.Add(explanation.Decoded != DecodeStatus.MemoryAccess
                ? "The word is no memory instruction: it is not what trapped. Check PC and the instruction set, or re-enter the guest, in case its code has changed."
                : "The word is not what trapped: re-enter the guest with nothing changed, in case its code has changed; if it comes back, check how the instruction is read.");
            return sentences;
        }

        sentences.AddRange(CauseSentences.Change(explanation.Cause));
        Add(sentences, OfAddress(explanation));
        return sentences;
    }

    private static string? OfException(in DataAbortSyndrome syndrome) => syndrome switch
    {
        { ExceptionClass: ExceptionClass.Unknown } =>
            "The exception class is 0. If this is arm_nisv.esr_iss of KVM_EXIT_ARM_NISV, which is an ISS without the class, add 0x92000000 to it.",
        _ when syndrome.ExceptionClass.IsInstructionAbort() =>
            "It is the fetch of an instruction that failed: look at PC, at the jump that led there, and at the memory slot that should hold the code.",
        _ => null,
    };

    private static bool DependsOnInstruction(in DataAbortSyndrome syndrome) =>
        !syndrome.Isv && syndrome.Class is not (DataAbortClass.Alignment or DataAbortClass.TagCheck or DataAbortClass.ExternalAbort);

    private static void AddOfOutcome(List<string> sentences, in ExitOutcome outcome, ExitCause cause)
    {
        switch (outcome.Status)
        {
            case ExitStatus.Completed:
            case ExitStatus.Continue:
                sentences.Add("Nothing about this exit: enter the guest again.");
                break;
            case ExitStatus.Retry:
            case ExitStatus.NotInstructionAccess:
            case ExitStatus.NotEmulated when outcome.Reason == ExitReason.OpcodeNotAvailable:
                Add(sentences, CauseSentences.Act(cause));
                break;
            default:
                Add(sentences, OfReason(outcome));
                break;
        }
    }

    private static string? OfReason(in ExitOutcome outcome) => outcome.Reason switch
    {
        ExitReason.DeviceRefused => "Look at what the hypervisor has at the guest-physical address: no device claims it, or the device does not take an access of this size.",
        ExitReason.AddressNotAvailable => "Give the handler what it needs to know the address: FAR and the guest-physical address, or the registers of stage 1 and the guest's memory.",
        ExitReason.MemoryNotWritable => "Give the handler a guest memory that can be written (IGuestRam).",
        ExitReason.OtherPartNotTranslated => "Nothing to change in the hypervisor: the guest's own tables do not map a part of the access, and it takes that fault as on hardware.",
        ExitReason.TranslationNotSupported => "Deliver the instruction with the exit (DataAbortExit.WithInstruction), with FAR and the guest-physical address.",
        ExitReason.Instruction when outcome.Fault.StatusCode == FaultStatusCode.UnsupportedExclusiveOrAtomic =>
            "Give the guest the fault, as hardware does. To have such accesses performed, set EmulationOptions.Atomics, Exclusives or SixtyFourBytes.",
        ExitReason.Instruction => "Give the guest the fault: the instruction takes it on hardware as well, or a policy (EmulationOptions) asks for it.",
        ExitReason.InstructionNotEmulated => OfReason(outcome.NotEmulatedReason),
        _ => null,
    };

    private static string? OfReason(NotEmulatedReason reason) => reason switch
    {
        NotEmulatedReason.Scalable =>
            "Do not offer SVE and SME to the guest, whose memcpy and memset then use other registers; or let it take a fault (EmulationOptions.Unsupported).",
        NotEmulatedReason.GuardedControlStack =>
            "Do not offer Guarded Control Stacks to the guest, or let it take a fault (EmulationOptions.Unsupported).",
        NotEmulatedReason.DebugTransfer =>
            "Let the object with the guest's registers have the debug data transfer register, too (IDebugTransferRegisters), or let the guest take a fault (EmulationOptions.Unsupported).",
        NotEmulatedReason.ConstrainedUnpredictable =>
            "Let the policy perform such instructions (EmulationOptions.Unpredictable), or look at the guest's code: its result depends on the processor.",
        _ => null,
    };

    // Of what only FAR tells. A handler has translated it.
    private static string? OfAddress(ExitExplanation explanation)
    {
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        bool matters = syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.UnsupportedExclusiveOrAtomic
            or DataAbortClass.CacheMaintenance or DataAbortClass.ExternalAbort;
        return explanation.Outcome is not null || explanation.Exit.Ipa.Precision != IpaPrecision.None || !matters || syndrome.IsHpfarValid ? null
            : syndrome.FnV ? "Neither FAR_EL2 nor HPFAR_EL2 is valid for this abort: the address is not known."
            : "HPFAR_EL2 is not valid for this abort: translate FAR_EL2 through the guest's page tables for the guest-physical address.";
    }

    private static void Add(List<string> sentences, string? sentence)
    {
        if (sentence is not null)
        {
            sentences.Add(sentence);
        }
    }
}
