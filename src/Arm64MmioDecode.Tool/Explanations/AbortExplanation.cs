using System.Collections.Generic;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Explanations;

/// <summary>Everything that can be said about an abort from its syndrome, its addresses and, when it is known, its instruction.</summary>
internal sealed class AbortExplanation
{
    public required DataAbortSyndrome Syndrome { get; init; }

    /// <summary>FAR_EL2, when it was given.</summary>
    public ulong? Far { get; init; }

    public required IntermediateAddress Ipa { get; init; }

    public InstructionSet InstructionSet { get; init; }

    /// <summary>The instruction, when it was given.</summary>
    public Opcode? Opcode { get; init; }

    public DecodeStatus Decoded { get; init; }

    /// <summary>What the instruction does; empty when there is none.</summary>
    public AccessDescriptor Access { get; init; }

    /// <summary>Why the architecture gives no valid syndrome for the instruction, one sentence each.</summary>
    public IReadOnlyList<string> WhyNoSyndrome => NoSyndromeSentences.For(Access.NoSyndromeReasons);

    /// <summary>Where the instruction contradicts the syndrome, one sentence each.</summary>
    public IReadOnlyList<string> Differences =>
        Decoded == DecodeStatus.MemoryAccess && IsAboutInstruction ? SyndromeAgreement.Differences(Syndrome, Access) : [];

    /// <summary>Whether instruction and syndrome agree; null when the instruction is not known or the abort is not about its own access.</summary>
    public bool? Agrees => Opcode is null || !IsAboutInstruction ? null : Decoded == DecodeStatus.MemoryAccess && Differences.Count == 0;

    /// <summary>What to look at next, one sentence each.</summary>
    public IReadOnlyList<string> Next => NextSteps.For(this);

    private bool IsAboutInstruction => Syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.CacheMaintenance
        or DataAbortClass.Alignment or DataAbortClass.TagCheck or DataAbortClass.UnsupportedExclusiveOrAtomic or DataAbortClass.ExternalAbort;
}
