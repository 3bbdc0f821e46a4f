using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Ranking;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The words by which reports of scans name things.</summary>
internal static class FindingWords
{
    /// <summary>The rules of a ranking.</summary>
    public static readonly (RankingRules Rule, string Word)[] Rules =
    [
        (RankingRules.DeviceAddress, "device-address"),
        (RankingRules.AccessorName, "accessor-name"),
        (RankingRules.CallsAccessor, "calls-accessor"),
        (RankingRules.NearBarrier, "near-barrier"),
        (RankingRules.PlainAccessOnBase, "plain-access"),
        (RankingRules.LockOrCounter, "lock-or-counter"),
        (RankingRules.MemoryFunction, "memory-function"),
        (RankingRules.FramePointer, "frame-pointer"),
        (RankingRules.ProbablyData, "probably-data"),
    ];

    public static string Of(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "note",
    };

    public static string Of(Sureness sureness) => sureness switch
    {
        Sureness.Symbols => "symbols",
        Sureness.Sweep => "sweep",
        _ => "guess",
    };

    /// <summary>Reads a word of <see cref="Words.Reasons"/>.</summary>
    public static bool TryParseReason(string word, out NoSyndromeReasons reason)
    {
        foreach ((NoSyndromeReasons each, string name) in Words.Reasons)
        {
            if (string.Equals(name, word, StringComparison.OrdinalIgnoreCase))
            {
                reason = each;
                return true;
            }
        }

        reason = default;
        return false;
    }

    /// <summary>What to do about findings with a reason.</summary>
    public static string Advice(NoSyndromeReasons reason) => reason switch
    {
        NoSyndromeReasons.Writeback => "access registers through functions in assembly, as readl and writel are, so that the compiler cannot fold the increment in",
        NoSyndromeReasons.Pair => "the compiler joined two accesses: make them volatile, or better accessors in assembly",
        NoSyndromeReasons.MultipleRegisters => "copy to and from devices one register at a time, never with LDM, STM or structure loads",
        NoSyndromeReasons.SimdAndFloatingPoint => "do not copy structures or call memcpy on devices; -mgeneral-regs-only keeps the compiler from SIMD registers",
        NoSyndromeReasons.Sve or NoSyndromeReasons.Sme => "never vectorise loops over device registers",
        NoSyndromeReasons.Exclusive or NoSyndromeReasons.Atomic => "keep locks, reference counts and atomic operations in memory: devices do not support them",
        NoSyndromeReasons.ZeroBlock => "DC ZVA faults on device memory: do not call memset on it",
        NoSyndromeReasons.CacheMaintenance => "harmless where the address is memory; on a device's address a hypervisor may have to step over it",
        NoSyndromeReasons.Tag => "devices have no allocation tags: map them untagged, and do not tag them",
        NoSyndromeReasons.MemoryCopyOrSet => "do not call memcpy or memset on devices",
        NoSyndromeReasons.GuardedControlStack => "the Guarded Control Stack lies in memory: no finding of a driver",
        NoSyndromeReasons.ProgramCounter => "do not branch through a device's register",
        _ => "use LDR and STR of one register (LDRD, LDC, RFE, SRS and their like have no syndrome)",
    };
}
