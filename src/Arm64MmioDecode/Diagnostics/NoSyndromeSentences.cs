using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>Why there is no valid syndrome (ESR_ELx.ISV), in sentences.</summary>
internal static class NoSyndromeSentences
{
    private static readonly (NoSyndromeReasons Reason, string Sentence)[] s_sentences =
    [
        (NoSyndromeReasons.Pair, "It transfers two registers, and a syndrome has room for one."),
        (NoSyndromeReasons.MultipleRegisters, "It transfers several registers, and a syndrome has room for one."),
        (NoSyndromeReasons.SimdAndFloatingPoint, "It transfers SIMD and floating-point registers, and a syndrome can only name a general-purpose register."),
        (NoSyndromeReasons.Sve, "It transfers SVE registers, and a syndrome can only name a general-purpose register."),
        (NoSyndromeReasons.Sme, "It transfers SME state, and a syndrome can only name a general-purpose register."),
        (NoSyndromeReasons.Exclusive, "It is an exclusive access, whose outcome depends on the exclusive monitor."),
        (NoSyndromeReasons.Atomic, "It is an atomic, which reads and writes."),
        (NoSyndromeReasons.Prefetch, "It is a prefetch, which never causes a data abort."),
        (NoSyndromeReasons.CacheMaintenance, "It is cache maintenance, which transfers no data."),
        (NoSyndromeReasons.ZeroBlock, "It sets a whole block of memory to zero."),
        (NoSyndromeReasons.Tag, "It accesses Allocation Tags."),
        (NoSyndromeReasons.MemoryCopyOrSet, "It is a step of a memory copy or set, of any length."),
        (NoSyndromeReasons.GuardedControlStack, "It accesses the Guarded Control Stack."),
        (NoSyndromeReasons.ProgramCounter, "It transfers R15, the program counter."),
        (NoSyndromeReasons.NotListed, "The architecture does not list this AArch32 instruction among those with a valid syndrome."),
        (NoSyndromeReasons.Writeback, "It also changes its base register, for which a syndrome has no room."),
    ];

    /// <summary>Why the architecture describes no access of an instruction.</summary>
    public static IReadOnlyList<string> For(NoSyndromeReasons reasons)
    {
        List<string> sentences = [];
        foreach ((NoSyndromeReasons reason, string sentence) in s_sentences)
        {
            if ((reasons & reason) != 0)
            {
                sentences.Add(sentence);
            }
        }

        return sentences;
    }

    /// <summary>Why the syndrome of an exit is empty; nothing when it is not.</summary>
    /// <param name="syndrome">The syndrome.</param>
    /// <param name="isKnown">Whether the instruction that trapped is known.</param>
    /// <param name="access">That instruction.</param>
    public static IReadOnlyList<string> For(in DataAbortSyndrome syndrome, bool isKnown, in AccessDescriptor access)
    {
        if (syndrome.Isv || syndrome.Class == DataAbortClass.NotDataAbort)
        {
            return [];
        }

        if (!syndrome.IsGuestExit)
        {
            const string Never = "A syndrome describes accesses that stage 2 refused; this abort did not come from a guest to its hypervisor, and never has a description.";
            return isKnown && SyndromeAgreement.MayBeInjected(syndrome, access)
                ? [Never, "The exit before it, if a hypervisor injected it, had none because of the instruction:", .. For(access.NoSyndromeReasons)]
                : [Never];
        }

        if (Of(syndrome.Class) is { } sentence && !(isKnown && syndrome.Class == DataAbortClass.UnsupportedExclusiveOrAtomic))
        {
            return [sentence];
        }

        if (!isKnown)
        {
            return
            [
                "A syndrome describes only a load or store of one general-purpose register that does not change its base register, and not every hypervisor passes it on.",
            ];
        }

        return access.HasValidSyndrome
            ? ["The architecture describes this instruction's access. The processor or the hypervisor's interface left it out, as KVM_EXIT_ARM_NISV does."]
            : For(access.NoSyndromeReasons);
    }

    // A valid syndrome is for translation, access flag and permission faults at stage 2 on an instruction's own access.
    private static string? Of(DataAbortClass abortClass) => abortClass switch
    {
        DataAbortClass.InstructionAccess => null,
        DataAbortClass.TranslationTableWalk => "What failed was not the instruction's access: the processor read or updated a page table for it.",
        DataAbortClass.CacheMaintenance => "Cache maintenance transfers no data: there is no access to describe.",
        DataAbortClass.GuardedControlStack => "What failed was an access to the Guarded Control Stack, not to the operand of a load or store.",
        DataAbortClass.NestedVirtualization => "The instruction accesses a register: hardware made a memory access of it.",
        DataAbortClass.ExternalAbort or DataAbortClass.ExternalAbortOnWalk => "A syndrome describes accesses that stage 2 refused; this one was refused by the memory system.",
        DataAbortClass.Alignment => "A syndrome describes accesses that stage 2 refused; this one was not aligned as it has to be.",
        DataAbortClass.TagCheck => "A syndrome describes accesses that stage 2 refused; this one had the wrong tag.",
        DataAbortClass.UnsupportedExclusiveOrAtomic => "Exclusive, atomic and 64-byte accesses transfer more than one register: this fault has no room for them.",
        _ => "A syndrome describes accesses of instructions that stage 2 refused; this fault has another origin.",
    };
}
