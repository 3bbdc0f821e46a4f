using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>An instruction that would leave a data abort without a valid syndrome, as a sweep finds it: 16 bytes.</summary>
public readonly struct InstructionHit
{
    // Two words, so that a hit is written in two steps: the opcode and the offset, the reasons and, from bit 32, the set and ITSTATE.
    private readonly ulong _place;
    private readonly ulong _kind;

    internal InstructionHit(uint offset, uint opcode, NoSyndromeReasons reasons, InstructionSet set, ItState itState)
    {
        _place = opcode | ((ulong)offset << 32);
        _kind = (uint)reasons | ((ulong)set << 32) | ((ulong)itState.Value << 40);
    }

    /// <summary>Offset of the instruction from the start of the code that is swept, in bytes.</summary>
    public uint Offset => (uint)(_place >> 32);

    /// <summary>The instruction, as <see cref="AccessDescriptor.Opcode"/> has it.</summary>
    public uint Opcode => (uint)_place;

    /// <summary>Why there would be no valid syndrome.</summary>
    public NoSyndromeReasons Reasons => (NoSyndromeReasons)(uint)_kind;

    /// <summary>The instruction set.</summary>
    public InstructionSet InstructionSet => (InstructionSet)(byte)(_kind >> 32);

    /// <summary>The state of the IT block that a T32 instruction is in.</summary>
    public ItState ItState => new((byte)(_kind >> 40));

    /// <summary>Decodes the instruction.</summary>
    /// <returns>Its descriptor.</returns>
    public AccessDescriptor Decode()
    {
        InstructionDecoder.Decode(InstructionSet, Opcode, ItState, out AccessDescriptor access);
        return access;
    }
}
