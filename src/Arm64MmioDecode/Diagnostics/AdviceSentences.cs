using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
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
        if (syndrome.Class == DataAbortClass.NotDataAbort)
        {
            return [ExceptionSentences.Advice(syndrome)];
        }

        List<string> sentences = [];
        if (explanation.Contradictions.Count != 0)
        {
            sentences.Add("Check the numbers first: they contradict each other, so one of them was copied or put together wrongly.");
        }

        if (!syndrome.IsGuestExit)
        {
            AddOfOwn(sentences, explanation);
            return sentences;
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
            Add(sentences, OfExtension(explanation));
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

    // An abort that did not leave the software that caused it. Whatever it is, nobody emulates it.
    private static void AddOfOwn(List<string> sentences, ExitExplanation explanation)
    {
        bool mayBeUndescribed = explanation is { Cause: ExitCause.MemorySystemError, Decoded: null };
        sentences.Add(mayBeUndescribed || explanation.Cause == ExitCause.UndescribedAccess
            ? "The abort was taken by the software that caused it; in a virtual machine, look at the hypervisor first, and at what it has at this address."
            : explanation.Exit.Syndrome.Source == SyndromeSource.EsrEL1
            ? "This is the guest's own register: its kernel took the abort itself, and the hypervisor has nothing to do with it. The instruction is not to be emulated; look in the guest."
            : "The abort was taken by the software that caused it (exception class 0x25). In ESR_EL1, which a guest's kernel prints when it panics, that is the guest's kernel: look in the guest. In ESR_EL2 it is the hypervisor itself. In neither case is the instruction to be emulated.");
        if (mayBeUndescribed)
        {
            sentences.Add("Read the instruction at PC: what a hypervisor could not perform is one without a valid syndrome (a pair, writeback, SIMD, an atomic), or any where it has no device.");
        }

        if (explanation.Agrees == false)
        {
            sentences.Add("The word is not what failed: check PC, the instruction set, and how the instruction was read.");
        }

        sentences.AddRange(CauseSentences.Change(explanation.Cause));
    }

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
            case ExitStatus.Abandoned:
                sentences.Add("Enter the guest where it is now.");
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
        NotEmulatedReason.RegistersNotAvailable =>
            "Let the object with the guest's registers offer those of the extension, too (IScalableRegisters for SVE and SME, IGuardedControlStackRegisters); or do not offer the extension to the guest; or let the guest take a fault (EmulationOptions.Unsupported).",
        NotEmulatedReason.DebugTransfer =>
            "Let the object with the guest's registers have the debug data transfer register, too (IDebugTransferRegisters), or let the guest take a fault (EmulationOptions.Unsupported).",
        NotEmulatedReason.ConstrainedUnpredictable =>
            "Let the policy perform such instructions (EmulationOptions.Unpredictable), or look at the guest's code: its result depends on the processor.",
        _ => null,
    };

    // Emulation needs registers beyond the general-purpose and SIMD ones.
    private static string? OfExtension(ExitExplanation explanation)
    {
        const NoSyndromeReasons Scalable = NoSyndromeReasons.Sve | NoSyndromeReasons.Sme;
        NoSyndromeReasons reasons = explanation.Exit.Syndrome.Class == DataAbortClass.InstructionAccess ? explanation.Access.NoSyndromeReasons : NoSyndromeReasons.None;
        return (reasons & Scalable) != 0 ? "Emulation needs the guest's vector and predicate registers, ZA and ZT0 (IScalableRegisters)."
            : (reasons & NoSyndromeReasons.GuardedControlStack) != 0 ? "Emulation needs the guest's Guarded Control Stack pointer (IGuardedControlStackRegisters)."
            : null;
    }

    // Of what only FAR tells. A handler has translated it.
    private static string? OfAddress(ExitExplanation explanation)
    {
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        bool matters = syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.UnsupportedExclusiveOrAtomic
            or DataAbortClass.CacheMaintenance or DataAbortClass.ExternalAbort;
        return explanation.Outcome is not null || explanation.Exit.Ipa.Precision != IpaPrecision.None || !matters || syndrome.IsHpfarValid
            || syndrome.Source == SyndromeSource.KvmNisv ? null
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
