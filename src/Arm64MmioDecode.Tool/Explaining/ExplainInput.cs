using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Dumps;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>What the user gave to <c>explain</c>.</summary>
internal sealed class ExplainInput
{
    public ulong? Esr { get; init; }

    /// <summary>Whether the register is ESR_EL1.</summary>
    public bool IsEsrEL1 { get; init; }

    public ulong? Far { get; init; }

    public ulong? Ipa { get; init; }

    public ulong? Hpfar { get; init; }

    public ulong? Pc { get; init; }

    /// <summary>The instruction, as it was written.</summary>
    public string? Opcode { get; init; }

    /// <summary>The instruction set; null when it was not said.</summary>
    public InstructionSet? InstructionSet { get; init; }

    public CrashDump? Dump { get; init; }

    /// <summary>The program that ran.</summary>
    public string? Program { get; init; }

    /// <summary>The guest's memory around PC.</summary>
    public FileAt? Memory { get; init; }

    /// <summary>The guest's device tree, and the hypervisor's.</summary>
    public IReadOnlyList<string> DeviceTrees { get; init; } = [];

    /// <summary>The guest's page tables; null when it was not said where they are.</summary>
    public TableInput? Tables { get; init; }
}
