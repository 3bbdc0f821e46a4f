using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Scanning.Formats.AArch32;

/// <summary>What an A32 or T32 instruction does to the flow of execution (Arm ARM, sections F1.3 and F1.6).</summary>
/// <param name="Length">The instruction's length in bytes.</param>
/// <param name="Ends">Whether what follows is not executed after it, unless its condition fails in an IT block.</param>
/// <param name="HasTarget">Whether it says itself where else execution may go on.</param>
/// <param name="Target">Where, as an offset in the code.</param>
/// <param name="TargetSet">The instruction set there.</param>
internal readonly record struct Branch(int Length, bool Ends, bool HasTarget, long Target, InstructionSet TargetSet)
{
    private const uint Always = 14;
    private const uint Unconditional = 15;

    /// <summary>Reads the instruction at an offset that has four bytes, little-endian.</summary>
    public static Branch Read(ReadOnlySpan<byte> code, int offset, InstructionSet set)
    {
        if (set == InstructionSet.A32)
        {
            return ReadA32(BinaryPrimitives.ReadUInt32LittleEndian(code[offset..]), offset + 8L);
        }

        uint first = BinaryPrimitives.ReadUInt16LittleEndian(code[offset..]);
        return InstructionDecoder.GetT32Length((ushort)first) == 2
            ? ReadT32(first, offset + 4L)
            : ReadWideT32(first, BinaryPrimitives.ReadUInt16LittleEndian(code[(offset + 2)..]), offset + 4L);
    }

    private static Branch To(int length, long target, InstructionSet set, bool ends) => new(length, ends, true, target, set);

    private static Branch None(int length, bool ends) => new(length, ends, false, 0, default);

    private static Branch ReadA32(uint word, long pc)
    {
        uint condition = word >> 28;
        long offset = Signed(word & 0xFFFFFF, 24) * 4;
        if (condition == Unconditional)
        {
            return word >> 25 == 0x7D ? To(4, pc + offset + ((word >> 23) & 2), InstructionSet.T32, ends: false) // BLX
                : None(4, (word & 0xFE50FFFF) == 0xF8100A00); // RFE
        }

        if ((word & 0x0E000000) == 0x0A000000)
        {
            return To(4, pc + offset, InstructionSet.A32, condition == Always && (word & 0x01000000) == 0);
        }

        bool leaves = (word & 0x0FFFFFF0) == 0x012FFF10 // BX
            || (word & 0x0E108000) == 0x08108000 // LDM with PC
            || (word & 0x0C50F000) == 0x0410F000 // LDR to PC
            || (word & 0x0DEFF000) == 0x01A0F000 // MOV PC
            || (word & 0x0DE0F000) == 0x0080F000; // ADD PC
        return None(4, leaves && condition == Always);
    }

    private static Branch ReadT32(uint half, long pc)
    {
        if (half >> 12 == 0xD)
        {
            // Conditions 14 and 15 are UDF and SVC.
            return (half & 0x0E00) != 0x0E00 ? To(2, pc + (Signed(half & 0xFF, 8) * 2), InstructionSet.T32, ends: false) : None(2, (half & 0x0100) == 0);
        }

        if (half >> 11 == 0x1C)
        {
            return To(2, pc + (Signed(half & 0x7FF, 11) * 2), InstructionSet.T32, ends: true);
        }

        if ((half & 0xF500) == 0xB100)
        {
            return To(2, pc + ((half >> 2) & 0x3E) + ((half >> 3) & 0x40), InstructionSet.T32, ends: false); // CBZ, CBNZ
        }

        if (half == 0x4778)
        {
            return To(2, pc & ~3L, InstructionSet.A32, ends: true); // BX PC: a linker's way to A32 code
        }

        bool leaves = (half & 0xFF80) == 0x4700 // BX
            || (half & 0xFF00) == 0xBD00 // POP with PC
            || (half & 0xFF87) == 0x4687; // MOV PC
        return None(2, leaves);
    }

    private static Branch ReadWideT32(uint first, uint second, long pc)
    {
        if (first >> 11 == 0x1E && (second & 0x8000) != 0)
        {
            uint sign = (first >> 10) & 1;
            uint j1 = (second >> 13) & 1;
            uint j2 = (second >> 11) & 1;
            long far = Signed((sign << 24) | ((~(j1 ^ sign) & 1) << 23) | ((~(j2 ^ sign) & 1) << 22) | ((first & 0x3FF) << 12) | ((second & 0x7FF) << 1), 25);
            switch ((second >> 12) & 5)
            {
                case 5:
                    return To(4, pc + far, InstructionSet.T32, ends: false); // BL
                case 4:
                    return To(4, (pc & ~3L) + (far & ~3L), InstructionSet.A32, ends: false); // BLX
                case 1:
                    return To(4, pc + far, InstructionSet.T32, ends: true);
                default:
                    if ((first & 0x0380) == 0x0380)
                    {
                        return None(4, first == 0xF3DE); // SUBS PC, LR; the others are no branches
                    }

                    long near = Signed((sign << 20) | (j2 << 19) | (j1 << 18) | ((first & 0x3F) << 12) | ((second & 0x7FF) << 1), 21);
                    return To(4, pc + near, InstructionSet.T32, ends: false);
            }
        }

        bool leaves = ((first & 0xFFD0) is 0xE890 or 0xE910 && (second & 0x8000) != 0) // LDM with PC
            || ((first & 0xFF70) == 0xF850 && second >> 12 == 15) // LDR to PC
            || IsTableBranch(first, second);
        return None(4, leaves);
    }

    public static bool IsTableBranch(uint first, uint second) => (first & 0xFFF0) == 0xE8D0 && (second & 0xFFE0) == 0xF000;

    private static long Signed(uint value, int bits) => (long)((ulong)value << (64 - bits)) >> (64 - bits);
}
