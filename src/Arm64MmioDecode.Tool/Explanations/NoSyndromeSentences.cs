using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Explanations;

/// <summary>The reasons why there is no valid syndrome, in sentences.</summary>
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
}
