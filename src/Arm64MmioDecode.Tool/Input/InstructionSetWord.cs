using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>The name of an instruction set: a64, a32 or t32.</summary>
internal static class InstructionSetWord
{
    public static bool TryParse(string? word, out InstructionSet set)
    {
        switch (word)
        {
            case "a64":
                set = InstructionSet.A64;
                return true;
            case "a32":
                set = InstructionSet.A32;
                return true;
            case "t32":
                set = InstructionSet.T32;
                return true;
            default:
                set = default;
                return false;
        }
    }
}
