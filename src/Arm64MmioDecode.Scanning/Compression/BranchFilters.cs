using System;
using System.Buffers.Binary;
using System.Numerics;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The branch filters of .xz for Arm's instruction sets and x86, by their numbers there.</summary>
internal enum BranchFilter
{
    X86 = 4,
    Arm = 7,
    ArmThumb = 8,
    Arm64 = 10,
}

/// <summary>Turns the absolute targets that the filters put into branches into relative ones again.</summary>
internal static class BranchFilters
{
    public static void Decode(BranchFilter filter, Span<byte> code, uint start)
    {
        switch (filter)
        {
            case BranchFilter.X86:
                DecodeX86(code, start);
                break;
            case BranchFilter.Arm:
                DecodeArm(code, start);
                break;
            case BranchFilter.ArmThumb:
                DecodeArmThumb(code, start);
                break;
            default:
                DecodeArm64(code, start);
                break;
        }
    }

    // CALL and JMP, anywhere in the code. Their encoder leaves alone what other ones shortly before make doubtful, which the decoder has to
    // find out from what has become of these.
    private static void DecodeX86(Span<byte> code, uint start)
    {
        const int length = 5;
        int before = -length; // where the last opcode was
        uint doubts = 0; // of the three bytes before an opcode: which were opcodes that were left alone
        int i = 0;
        while (i + length <= code.Length)
        {
            if ((code[i] & 0xFE) != 0xE8)
            {
                i++;
                continue;
            }

            int distance = i - before;
            before = i;
            doubts = distance > 3 ? 0 : (doubts << (distance - 1)) & 7;
            int doubtful = BitOperations.Log2(doubts | 1) + (doubts == 0 ? 0 : 1); // bytes of the operand that the last of them reaches to
            bool isLeftAlone = !IsSign(code[i + 4]) || (doubts != 0 && (doubts is 3 or > 4 || IsSign(code[i + 4 - doubtful])));
            if (isLeftAlone)
            {
                doubts = ((doubts << 1) & 7) | 1;
                i++;
                continue;
            }

            uint pc = start + (uint)i + length;
            uint source = BinaryPrimitives.ReadUInt32LittleEndian(code[(i + 1)..]);
            uint target = source - pc;
            while (doubts != 0 && IsSign((byte)(target >> (24 - (doubtful * 8)))))
            {
                target = (target ^ ((1u << (32 - (doubtful * 8))) - 1)) - pc;
            }

            // Operands are of 25 bits, whose highest is the sign.
            BinaryPrimitives.WriteUInt32LittleEndian(code[(i + 1)..], (target & 0x01FFFFFF) | (0 - (target & 0x01000000)));
            doubts = 0;
            i += length;
        }

        static bool IsSign(byte value) => value is 0 or 0xFF;
    }

    private static void DecodeArm(Span<byte> code, uint start)
    {
        for (int i = 0; i + 4 <= code.Length; i += 4)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(code[i..]);
            if (word >> 24 == 0xEB)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(code[i..], 0xEB000000 | ((word - ((start + (uint)i + 8) >> 2)) & 0xFFFFFF));
            }
        }
    }

    private static void DecodeArmThumb(Span<byte> code, uint start)
    {
        for (int i = 0; i + 4 <= code.Length; i += 2)
        {
            uint first = BinaryPrimitives.ReadUInt16LittleEndian(code[i..]);
            uint second = BinaryPrimitives.ReadUInt16LittleEndian(code[(i + 2)..]);
            if ((first & 0xF800) != 0xF000 || (second & 0xF800) != 0xF800)
            {
                continue;
            }

            uint target = ((first & 0x7FF) << 11 | (second & 0x7FF)) - ((start + (uint)i + 4) >> 1);
            BinaryPrimitives.WriteUInt16LittleEndian(code[i..], (ushort)(0xF000 | ((target >> 11) & 0x7FF)));
            BinaryPrimitives.WriteUInt16LittleEndian(code[(i + 2)..], (ushort)(0xF800 | (target & 0x7FF)));
            i += 2;
        }
    }

    private static void DecodeArm64(Span<byte> code, uint start)
    {
        for (int i = 0; i + 4 <= code.Length; i += 4)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(code[i..]);
            uint pc = start + (uint)i;
            if (word >> 26 == 0x25)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(code[i..], 0x94000000 | ((word - (pc >> 2)) & 0x03FFFFFF));
            }
            else if ((word & 0x9F000000) == 0x90000000)
            {
                // ADRP is converted within ±512 MiB only, which its encoder makes sure of by the same test.
                uint page = ((word >> 29) & 3) | ((word >> 3) & 0x001FFFFC);
                if (((page + 0x00020000) & 0x001C0000) != 0)
                {
                    continue;
                }

                page -= pc >> 12;
                uint relative = (word & 0x9000001F) | ((page & 3) << 29) | ((page & 0x0003FFFC) << 3) | ((0 - (page & 0x00020000)) & 0x00E00000);
                BinaryPrimitives.WriteUInt32LittleEndian(code[i..], relative);
            }
        }
    }
}
