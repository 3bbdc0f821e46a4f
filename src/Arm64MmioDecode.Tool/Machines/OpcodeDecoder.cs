using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>Chooses the decoder of the instruction set.</summary>
internal static class OpcodeDecoder
{
    /// <summary>Decodes an opcode in an IT block of this state, which concerns T32 alone.</summary>
    public static DecodeStatus Decode(Opcode opcode, InstructionSet set, ItState itState, out AccessDescriptor access)
    {
        // Eight digits whose first halfword is 0 are a 16-bit instruction and another one, not a 32-bit instruction.
        if (set == InstructionSet.T32 && opcode.Length == 4 && opcode.Value <= ushort.MaxValue)
        {
            access = default;
            return DecodeStatus.NotMemoryAccess;
        }

        return InstructionDecoder.Decode(set, opcode.Value, itState, out access);
    }
}
