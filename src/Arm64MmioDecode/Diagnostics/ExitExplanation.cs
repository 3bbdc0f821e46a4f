using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>
/// What a person wants to know about an exit: what the guest did, why the syndrome was empty, what usually lies behind it, and
/// what to change. <see cref="Summary"/> is a line for a log, <see cref="ToString"/> the whole text.
/// </summary>
/// <remarks>It allocates, and may walk the guest's page tables: it is for the exits that somebody reads about, not for each one.</remarks>
public sealed class ExitExplanation
{
    private readonly InstructionFacts _instruction;
    private readonly AccessDescriptor _access;

    private ExitExplanation(in DataAbortExit exit, in InstructionFacts instruction, GuestMemoryView view, in ExitOutcome? outcome, IGuestRegisters? registers = null)
    {
        Exit = exit;
        Outcome = outcome;
        MemoryView = view;
        _instruction = instruction;
        _access = instruction.Access;
        Differences = instruction.Decoded == DecodeStatus.MemoryAccess && IsAboutInstruction ? DifferencesOf(exit, _access, registers) : [];
        IsWhatTrapped = Decoded == DecodeStatus.MemoryAccess && Agrees != false && outcome is not { Status: ExitStatus.Retry };
        Cause = CauseFinder.Find(exit, _access, view, outcome, isOther: Agrees == false);
        Contradictions = SyndromeContradictions.Of(exit, _access);
        WhyNoSyndrome = NoSyndromeSentences.For(exit.Syndrome, IsWhatTrapped, _access);
        Advice = AdviceSentences.For(this);
    }

    /// <summary>The exit.</summary>
    public DataAbortExit Exit { get; }

    /// <summary>The instruction; empty when it is not known or no memory access.</summary>
    public AccessDescriptor Access => _access;

    /// <summary>What the instruction is; null when it is not known.</summary>
    public DecodeStatus? Decoded => _instruction.Decoded;

    /// <summary>How the exit ended; null when it was not handled.</summary>
    public ExitOutcome? Outcome { get; }

    /// <summary>What usually lies behind it.</summary>
    public ExitCause Cause { get; }

    /// <summary>What the guest takes the address for.</summary>
    public GuestMemoryView MemoryView { get; }

    /// <summary>Where the instruction is, a virtual address; null when it is not known.</summary>
    public ulong? Pc => _instruction.Pc;

    /// <summary>The function that it is in, such as "writel+0x8"; null when it is not known.</summary>
    public string? Symbol => _instruction.Symbol;

    /// <summary>The registers that the instruction's address is made of, with their contents; empty when these are not known, or no longer what they were.</summary>
    public IReadOnlyList<KeyValuePair<string, ulong>> AddressRegisters => _instruction.AddressRegisters ?? [];

    /// <summary>
    /// How the guest's own page tables translate the address that faulted, now: their descriptors in the order of the lookups. Empty
    /// where that is not known, or translation is off.
    /// </summary>
    public IReadOnlyList<TableLookup> Walk { get; private init; } = [];

    /// <summary>Where <see cref="Walk"/> ends: the address with its attributes, or the fault; null where that is not known.</summary>
    public TranslationResult? Translation { get; private init; }

    /// <summary>Whether instruction and syndrome agree; null when the instruction is not known, or when the abort is not about its own access.</summary>
    public bool? Agrees => Decoded is null || !IsAboutInstruction || (Decoded != DecodeStatus.MemoryAccess && IsBesideInstruction) ? null
        : Decoded == DecodeStatus.MemoryAccess && Differences.Count == 0;

    /// <summary>Why the syndrome is empty, one sentence each; nothing when it is not.</summary>
    public IReadOnlyList<string> WhyNoSyndrome { get; }

    /// <summary>Where the instruction contradicts the syndrome, one sentence each.</summary>
    public IReadOnlyList<string> Differences { get; }

    /// <summary>What cannot be right about the syndrome and the addresses, whatever the instruction: one sentence each.</summary>
    public IReadOnlyList<string> Contradictions { get; }

    /// <summary>What the exception is about: a sentence.</summary>
    public string WhatHappened => Exit.Syndrome.Class == DataAbortClass.NotDataAbort
        ? ExceptionSentences.Sentence(Exit.Syndrome)
        : Exit.Syndrome.Class.ToWords();

    /// <summary>How the exit ended, and why: a sentence; null when it was not handled.</summary>
    public string? Ending => Outcome is { } outcome ? OutcomeSentences.Sentence(outcome) : null;

    /// <summary>What usually lies behind the exit: a sentence or two.</summary>
    public string UsualCause => CauseSentences.Usual(Cause);

    /// <summary>What to do and what to change, one sentence each.</summary>
    public IReadOnlyList<string> Advice { get; }

    /// <summary>What the guest did: the instruction, its address registers, the addresses, and what it takes the memory for; one sentence each.</summary>
    public IReadOnlyList<string> GuestAction => GuestActionSentences.For(this, _instruction);

    /// <summary>A line for a log: the instruction, the access, why there was no syndrome, how it ended.</summary>
    public string Summary
    {
        get
        {
            var text = new StringBuilder(GuestActionSentences.Line(this, _instruction));
            if (!Exit.Syndrome.Isv && IsWhatTrapped && Exit.Syndrome.Class == DataAbortClass.InstructionAccess)
            {
                text.Append(_access.HasValidSyndrome ? "; the syndrome was left out" : "; no syndrome for: ");
                text.Append(_access.HasValidSyndrome ? string.Empty : _access.NoSyndromeReasons.ToString());
            }

            if (Outcome is { } outcome)
            {
                text.Append("; ").Append(OutcomeSentences.For(outcome));
            }

            return text.ToString();
        }
    }

    /// <summary>Explains an exit of which only the registers of the exception are known.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>The explanation.</returns>
    public static ExitExplanation Of(in DataAbortExit exit) => new(exit, default, GuestMemoryView.Unknown, null);

    /// <summary>Explains an exit whose instruction is known.</summary>
    /// <param name="exit">The exit.</param>
    /// <param name="decoded">What the instruction is.</param>
    /// <param name="access">The instruction; empty when it is no memory access.</param>
    /// <returns>The explanation.</returns>
    public static ExitExplanation Of(in DataAbortExit exit, DecodeStatus decoded, in AccessDescriptor access) =>
        new(exit, new InstructionFacts { Decoded = decoded, Access = access }, GuestMemoryView.Unknown, null);

    /// <summary>
    /// Explains an exit that was read from a log, with everything else that is known about it: where it was, with which registers,
    /// and what lies at the address. Instruction and syndrome agree only if the instruction, with these registers, accesses the address that faulted.
    /// </summary>
    /// <param name="exit">The exit.</param>
    /// <param name="decoded">What the instruction is; null when it is not known.</param>
    /// <param name="access">The instruction; empty when it is no memory access or not known.</param>
    /// <param name="circumstances">What else is known.</param>
    /// <returns>The explanation.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="circumstances"/> is null.</exception>
    public static ExitExplanation Of(in DataAbortExit exit, DecodeStatus? decoded, in AccessDescriptor access, ExitCircumstances circumstances)
    {
        _ = circumstances ?? throw new ArgumentNullException(nameof(circumstances));
        return new(exit, InstructionFacts.Of(exit, decoded, access, circumstances), circumstances.MemoryView, null, circumstances.Registers)
        {
            Walk = circumstances.Walk,
            Translation = circumstances.Translation,
        };
    }

    /// <summary>
    /// Explains the exit that a handler has handled last. Call it before the vCPU runs again: it reads registers, and page tables for
    /// what the guest takes the address for.
    /// </summary>
    /// <param name="handler">The handler.</param>
    /// <returns>The explanation.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is null.</exception>
    public static ExitExplanation Of(ExitHandler handler)
    {
        _ = handler ?? throw new ArgumentNullException(nameof(handler));
        TranslationResult? translation = IsAboutOwnAccess(handler.Exit.Syndrome) ? handler.TranslateTrapped() : null;
        return new(handler.Exit, InstructionFacts.Of(handler), ViewOf(handler, translation), handler.Outcome)
        {
            Walk = IsAboutOwnAccess(handler.Exit.Syndrome) ? handler.WalkTrapped() : [],
            Translation = translation,
        };
    }

    private IReadOnlyList<string> WalkLines
    {
        get
        {
            List<string> lines = [.. Walk.Select(lookup => lookup.ToString())];
            if (lines.Count != 0 && Translation is { } translation)
            {
                lines.Add(translation.Succeeded ? "leads to " + translation : translation.ToString());
            }

            return lines;
        }
    }

    /// <summary>The whole explanation: what the guest did and how its tables translate the address, why the syndrome was empty, how it ended, what usually lies behind it, what to do.</summary>
    /// <returns>Several lines, each ended by <c>\n</c>.</returns>
    public override string ToString()
    {
        var text = new StringBuilder();
        Section("What the guest did", GuestAction);
        Section("Walk of the guest's page tables", WalkLines);
        Section("Why the syndrome is empty", WhyNoSyndrome);
        Section("Where instruction and syndrome differ", Differences);
        Section("What cannot be right", Contradictions);
        Section("How it ended", Ending is { } ending ? [ending] : []);
        Section("What usually lies behind it", [UsualCause]);
        Section("What to do", Advice);
        return text.ToString();

        void Section(string title, IReadOnlyList<string> sentences)
        {
            if (sentences.Count == 0)
            {
                return;
            }

            text.Append(title).Append('\n');
            foreach (string sentence in sentences)
            {
                text.Append("  ").Append(sentence).Append('\n');
            }
        }
    }

    private static IReadOnlyList<string> DifferencesOf(in DataAbortExit exit, in AccessDescriptor access, IGuestRegisters? registers)
    {
        IReadOnlyList<string> differences = SyndromeAgreement.Differences(exit.Syndrome, access);
        return registers is not null && AddressAgreement.Difference(exit, access, registers) is { } address ? [.. differences, address] : differences;
    }

    // Of a page table walk, FAR is not what failed.
    private static bool IsAboutOwnAccess(in DataAbortSyndrome syndrome) =>
        syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.UnsupportedExclusiveOrAtomic;

    private static GuestMemoryView ViewOf(ExitHandler handler, in TranslationResult? translation)
    {
        if (translation is not { } result)
        {
            return GuestMemoryView.Unknown;
        }

        return !result.Succeeded ? GuestMemoryView.NotMapped
            : handler.IsTranslationOff ? GuestMemoryView.TranslationOff
            : result.Attributes.IsDevice ? GuestMemoryView.Device
            : result.Attributes.Inner == Cacheability.NonCacheable && result.Attributes.Outer == Cacheability.NonCacheable ? GuestMemoryView.NormalNonCacheable
            : GuestMemoryView.NormalCacheable;
    }

    /// <summary>Whether the instruction is known and explains the exit, as far as that can be told.</summary>
    private bool IsWhatTrapped { get; }

    private bool IsAboutInstruction => Exit.Syndrome.Class is DataAbortClass.InstructionAccess or DataAbortClass.CacheMaintenance
        or DataAbortClass.Alignment or DataAbortClass.TagCheck or DataAbortClass.UnsupportedExclusiveOrAtomic or DataAbortClass.ExternalAbort
        or DataAbortClass.Stage1Translation or DataAbortClass.GuardedControlStack;

    // Calls and returns use the Guarded Control Stack besides what they are.
    private bool IsBesideInstruction => Exit.Syndrome.Class == DataAbortClass.GuardedControlStack;
}
