using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>The name of an instruction set: a64, a32 or t32, in any case, or what other tools call them.</summary>
internal static class InstructionSetWord
{
    public static bool TryParse(string? word, out InstructionSet set)
    {
        switch (word?.ToLowerInvariant())
        {
            case "a64" or "aarch64" or "arm64":
                set = InstructionSet.A64;
                return true;
            case "a32" or "arm":
                set = InstructionSet.A32;
                return true;
            case "t32" or "thumb":
                set = InstructionSet.T32;
                return true;
            default:
                set = default;
                return false;
        }
    }
}
