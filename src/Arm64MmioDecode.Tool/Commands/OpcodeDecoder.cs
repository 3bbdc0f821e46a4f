using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>Chooses the decoder of the instruction set.</summary>
internal static class OpcodeDecoder
{
    public static DecodeStatus Decode(Opcode opcode, InstructionSet set, int condition, out AccessDescriptor access)
    {
        _ = condition;
        return set switch
        {
            InstructionSet.A64 => InstructionDecoder.DecodeA64(opcode.Value, out access),
            _ => throw new BadInputException($"instruction set {Output.Words.Of(set)} cannot be decoded yet"),
        };
    }
}
