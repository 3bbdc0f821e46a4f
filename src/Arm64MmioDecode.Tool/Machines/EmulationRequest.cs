using System.Text.Json;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>An instruction to emulate, and the machine that it finds: a line of the input of <c>emulate</c>.</summary>
internal sealed class EmulationRequest
{
    /// <summary>Whatever the line calls itself, as it stands there; undefined when there is no name.</summary>
    public JsonElement Id { get; set; }

    /// <summary>The first key of the line that means nothing here, such as a misspelt one; null without one.</summary>
    public string? UnknownKey { get; set; }

    public InstructionSet InstructionSet { get; set; }

    public Opcode Opcode { get; set; }

    public MachineRegisters Registers { get; set; } = new();

    public EmulationOptions Options { get; set; } = DefaultOptions;

    public ByteMemory Memory { get; } = new();

    /// <summary>
    /// What a line without options gets. The bus is plain memory, on which everything can be performed: where the library's
    /// defaults are cautious about devices, these are not.
    /// </summary>
    public static EmulationOptions DefaultOptions => new()
    {
        Exclusives = ExclusivePolicy.Perform,
        Atomics = AtomicPolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
    };
}
