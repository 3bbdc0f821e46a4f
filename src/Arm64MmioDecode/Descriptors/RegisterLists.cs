namespace Arm64MmioDecode.Descriptors;

/// <summary>Reads the register lists of LDM, STM, PUSH and POP.</summary>
internal static class RegisterLists
{
    /// <summary>Number of the register that is the <paramref name="index"/>th one, from the lowest, in <paramref name="list"/>.</summary>
    public static int NthSetBit(uint list, int index)
    {
        for (int register = 0; register < 16; register++)
        {
            if (((list >> register) & 1) != 0 && index-- == 0)
            {
                return register;
            }
        }

        return 0;
    }

    /// <summary>The sixteen-bit list of a 16-bit T32 LDM, STM, PUSH or POP.</summary>
    public static uint ExpandEight(uint opcode)
    {
        uint list = opcode & 0xFF;
        return (opcode & 0xFF00) switch
        {
            0xB500 => list | (1u << 14), // PUSH with LR
            0xBD00 => list | (1u << 15), // POP with PC
            _ => list,
        };
    }
}
