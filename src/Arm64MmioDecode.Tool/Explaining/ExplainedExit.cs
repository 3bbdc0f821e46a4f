using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>An exit that was explained, with what the tool found out itself.</summary>
internal sealed class ExplainedExit
{
    public required ExitExplanation Explanation { get; init; }

    public required InstructionSet InstructionSet { get; init; }

    /// <summary>Whether nobody gave a syndrome, so that one was made up from the instruction.</summary>
    public bool IsSyndromeAssumed { get; init; }

    /// <summary>The instruction; null when it is not known.</summary>
    public Opcode? Opcode { get; init; }

    /// <summary>What printed the dump; null without one.</summary>
    public string? DumpFormat { get; init; }

    public ulong? Pc { get; init; }

    public string? Symbol { get; init; }

    /// <summary>What to do: the explanation's advice, and which option names the instruction where it is missed.</summary>
    public IReadOnlyList<string> Next => Explanation.Decoded is null && Explanation.Exit.Syndrome is { Isv: false } syndrome && syndrome.ExceptionClass.IsDataAbort()
        ? [.. Explanation.Advice, "The instruction is taken from --opcode WORD, or at PC from --elf FILE (what ran there) or --memory FILE@ADDR."]
        : Explanation.Advice;

    /// <summary>What the device trees say about the address; empty without one, or without an address.</summary>
    public IReadOnlyList<TreeAnswer> DeviceTrees { get; init; } = [];

    /// <summary>The walk through the guest's page tables; null without them.</summary>
    public TableWalk? Walk { get; init; }
}
