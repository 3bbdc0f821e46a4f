using System;
using System.Collections.Generic;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Diagnostics;

/// <summary>
/// What is known about an exit beside its exception, for one that was read from a log and not handled: each as far as it is known.
/// </summary>
public sealed class ExitCircumstances
{
    /// <summary>PC of the instruction.</summary>
    public ulong? Pc { get; init; }

    /// <summary>The function that it is in, such as "writel+0x8".</summary>
    public string? Symbol { get; init; }

    /// <summary>The registers before the instruction, all of them; null when some that an address can be made of are not known.</summary>
    public IGuestRegisters? Registers { get; init; }

    /// <summary>What the guest takes the address for.</summary>
    public GuestMemoryView MemoryView { get; init; }

    /// <summary>The lookups of stage 1 on the way from the address that faulted, in their order.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public IReadOnlyList<TableLookup> Walk
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = [];

    /// <summary>Where <see cref="Walk"/> ends: the address with its attributes, or the fault; null where that is not known.</summary>
    public TranslationResult? Translation { get; init; }

    /// <summary>The word at PC in hexadecimal, for one that is no memory access.</summary>
    public string? Word { get; init; }

    /// <summary>Further facts, a sentence each, which <see cref="ExitExplanation.GuestAction"/> tells.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public IReadOnlyList<string> Facts
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(value));
    } = [];
}
