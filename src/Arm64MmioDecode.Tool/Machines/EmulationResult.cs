using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>What became of an instruction.</summary>
internal sealed class EmulationResult
{
    /// <summary>How it ended.</summary>
    public required EmulationOutcome Outcome { get; init; }

    /// <summary>The instruction; empty when it is none that accesses memory.</summary>
    public required AccessDescriptor Access { get; init; }

    /// <summary>The registers before and after.</summary>
    public required MachineRegisters Before { get; init; }

    /// <inheritdoc cref="Before"/>
    public required MachineRegisters After { get; init; }

    /// <summary>What was accessed, in order, up to a fault.</summary>
    public required IReadOnlyList<Transaction> Transactions { get; init; }

    /// <summary>The exception that ended it, with <see cref="EmulationOutcome.Fault"/>.</summary>
    public EmulationFault Fault { get; init; }

    /// <summary>One word for why nothing happened, with <see cref="EmulationOutcome.NotEmulated"/> or <see cref="EmulationOutcome.Undefined"/>.</summary>
    public string Reason { get; init; } = "";
}
