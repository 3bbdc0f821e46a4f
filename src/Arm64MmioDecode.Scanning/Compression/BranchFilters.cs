using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The branch filters of .xz for Arm's instruction sets, by their numbers there.</summary>
internal enum BranchFilter
{
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
