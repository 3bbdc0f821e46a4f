using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Samples.Emulator;

/// <summary>What the guest's program needs beside loads and stores: an emulator has all of A64 here.</summary>
internal static class Arithmetic
{
    public static bool TryExecute(uint word, GuestRegisters registers)
    {
        int rd = (int)word & 31;
        int rn = (int)(word >> 5) & 31;
        ulong immediate = (word >> 10) & 0xFFF;
        long target = ((int)(word << 8) >> 13) * 4L;
        switch (word >> 22)
        {
            case 0x91000000 >> 22: // ADD (immediate), 64-bit
                registers.SetX(rd, registers.GetX(rn) + immediate);
                break;
            case 0xD1000000 >> 22: // SUB (immediate), 64-bit
                registers.SetX(rd, registers.GetX(rn) - immediate);
                break;
            case >= 0x35000000 >> 22 and <= 0x35C00000 >> 22 when (uint)registers.GetX(rd) != 0: // CBNZ, 32-bit
            case >= 0xB5000000 >> 22 and <= 0xB5C00000 >> 22 when registers.GetX(rd) != 0: // CBNZ, 64-bit
                registers.Pc += (ulong)target;
                return true;
            case >= 0x35000000 >> 22 and <= 0x35C00000 >> 22:
            case >= 0xB5000000 >> 22 and <= 0xB5C00000 >> 22:
                break;
            default:
                return false;
        }

        registers.SkipInstruction(4);
        return true;
    }
}
