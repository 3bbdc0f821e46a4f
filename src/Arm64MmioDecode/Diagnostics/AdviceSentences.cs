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
        List<string> sentences = [];
        DataAbortSyndrome syndrome = explanation.Exit.Syndrome;
        if (syndrome.Class == DataAbortClass.NotDataAbort && syndrome.Value >> 26 == 0)
        {
            return ["The exception class is 0. If this is arm_nisv.esr_iss of KVM_EXIT_ARM_NISV, which is an ISS without the class, add 0x92000000 to it."];
        }

        if (OfInstruction(explanation) is { } mismatch)
        {
            return [mismatch];
        }

        if (explanation.Outcome is { } outcome && OfOutcome(outcome) is { } nearest)
        {
            sentences.Add(nearest);
        }

        sentences.AddRange(CauseSentences.Advice(explanation.Cause));
        if (explanation.Exit.Ipa.Precision == IpaPrecision.None && syndrome.ExceptionClass.IsDataAbort() && !syndrome.IsHpfarValid)
        {
            sentences.Add("HPFAR_EL2 is not valid for this abort: translate FAR_EL2 through the guest's page tables for the guest-physical address.");
        }

        return sentences;
    }

    // Without a handler nobody has tried again yet.
    private static string? OfInstruction(ExitExplanation explanation)
    {
        if (explanation.Outcome is not null || explanation.Decoded is null || !explanation.IsAboutInstruction)
        {
            return null;
        }

        return explanation.Decoded != DecodeStatus.MemoryAccess
            ? "The word is no memory instruction: it is not what trapped. Check PC and the instruction set, or re-enter the guest, in case its code has changed."
            : explanation.Differences.Count != 0
            ? "The word is not what trapped: re-enter the guest with nothing changed, in case its code has changed; if it comes back, check how the instruction is read."
            : null;
    }

    private static string? OfOutcome(in ExitOutcome outcome) => outcome.Reason switch
    {
        ExitReason.DeviceRefused => "Look at what the hypervisor has at the guest-physical address: no device claims it, or the device does not take an access of this size.",
        ExitReason.AddressNotAvailable => "Give the handler what it needs to know the address: FAR and the guest-physical address, or the registers of stage 1 and the guest's memory.",
        ExitReason.MemoryNotWritable => "Give the handler a guest memory that can be written (IGuestRam).",
        ExitReason.OtherPartNotTranslated => "Nothing to change in the hypervisor: the guest's own tables do not map a part of the access, and it takes that fault as on hardware.",
        ExitReason.TranslationNotSupported => "Deliver the instruction with the exit (DataAbortExit.WithInstruction), with FAR and the guest-physical address.",
        ExitReason.InstructionNotEmulated when outcome.NotEmulatedReason == NotEmulatedReason.ConstrainedUnpredictable =>
            "Let the policy perform such instructions (EmulationOptions.Unpredictable), or look at the guest's code: its result depends on the processor.",
        _ => null,
    };
}
