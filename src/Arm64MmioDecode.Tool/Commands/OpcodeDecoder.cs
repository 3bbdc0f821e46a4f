using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Commands;

/// <summary>Chooses the decoder of the instruction set.</summary>
internal static class OpcodeDecoder
{
    public static DecodeStatus Decode(Opcode opcode, InstructionSet set, int condition, out AccessDescriptor access) =>
        InstructionDecoder.Decode(set, opcode.Value, condition == AccessDescriptor.AlwaysCondition ? ItState.None : ItState.ForCondition(condition), out access);
}
