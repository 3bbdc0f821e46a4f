using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>An instruction that would leave a data abort without a valid syndrome, as a sweep finds it: 16 bytes.</summary>
public readonly struct InstructionHit
{
    private readonly byte _itState;
    private readonly byte _set;

    internal InstructionHit(uint offset, uint opcode, NoSyndromeReasons reasons, InstructionSet set, ItState itState)
    {
        Offset = offset;
        Opcode = opcode;
        Reasons = reasons;
        _set = (byte)set;
        _itState = itState.Value;
    }

    /// <summary>Offset of the instruction from the start of the code that is swept, in bytes.</summary>
    public uint Offset { get; }

    /// <summary>The instruction, as <see cref="AccessDescriptor.Opcode"/> has it.</summary>
    public uint Opcode { get; }

    /// <summary>Why there would be no valid syndrome.</summary>
    public NoSyndromeReasons Reasons { get; }

    /// <summary>The instruction set.</summary>
    public InstructionSet InstructionSet => (InstructionSet)_set;

    /// <summary>The state of the IT block that a T32 instruction is in.</summary>
    public ItState ItState => new(_itState);

    /// <summary>Decodes the instruction.</summary>
    /// <returns>Its descriptor.</returns>
    public AccessDescriptor Decode()
    {
        InstructionDecoder.Decode(InstructionSet, Opcode, ItState, out AccessDescriptor access);
        return access;
    }
}
