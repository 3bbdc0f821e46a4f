using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Decoding;

/// <summary>What some A64 encodings need beyond fixed values and one contiguous immediate.</summary>
internal static class A64Variants
{
    private const int ElementSizePosition = 32;
    private const int ElementCountPosition = 40;
    private const int RegisterSizePosition = 58;

    public static void Apply(DecodeVariant variant, uint opcode, int scale, ref int offset, ref ulong transfer, ref ulong addressing, ref ulong registers)
    {
        switch (variant)
        {
            case DecodeVariant.RegisterOffset:
                RegisterOffset(opcode, transfer, ref addressing);
                break;
            case DecodeVariant.HighRt2:
                registers = (registers & ~0xFF00ul) | ((opcode >> 8) & 0x1F00);
                break;
            case DecodeVariant.MultipleStructures:
                MultipleStructures(opcode, ref offset, ref transfer, addressing);
                break;
            case DecodeVariant.ReplicateStructures:
                ReplicateStructures(opcode, ref offset, ref transfer, addressing);
                break;
            case DecodeVariant.SingleStructure:
                addressing |= (ulong)Lane(opcode, (int)(transfer >> ElementSizePosition) & 0xFF) << 56;
                break;
            case DecodeVariant.AuthenticatedImmediate:
                // S:imm9, S at bit 22 and imm9 at bits 20:12.
                offset = (((int)(opcode << 9) >> 31 << 9) | (int)((opcode >> 12) & 0x1FF)) * scale;
                break;
            case DecodeVariant.SplitImm9:
                // imm9h at bits 21:16, imm9l at bits 12:10.
                offset = ((int)(opcode << 10) >> 26 << 3) | (int)((opcode >> 10) & 7);
                break;
            case DecodeVariant.ConsecutiveGroup:
                registers = (registers & ~0xFFul) | ConsecutiveGroupStart(opcode, (int)(transfer >> 48) & 0xFF);
                break;
            case DecodeVariant.StridedGroup:
                registers = (registers & ~0xFFul) | StridedGroupStart(opcode, (int)(transfer >> 48) & 0xFF);
                break;
            case DecodeVariant.ZeroableIndex:
                // Register 31 as index is the zero register here: the form without an index.
                if (((opcode >> 16) & 31) == 31)
                {
                    addressing &= ~0xFFF0ul;
                }

                break;
            case DecodeVariant.VectorIndexLow:
                VectorIndex(opcode >> 14, ref addressing);
                break;
            case DecodeVariant.VectorIndexHigh:
                VectorIndex(opcode >> 22, ref addressing);
                break;
            case DecodeVariant.ZaVector:
                offset = (int)(opcode & 15);
                break;
            default:
                break;
        }
    }

    // option (bits 15:13): 010 UXTW, 011 LSL, 110 SXTW, 111 SXTX; S (bit 12) shifts by the element size.
    private static void RegisterOffset(uint opcode, ulong transfer, ref ulong addressing)
    {
        IndexExtend extend = ((opcode >> 13) & 7) switch
        {
            2 => IndexExtend.Uxtw,
            6 => IndexExtend.Sxtw,
            7 => IndexExtend.Sxtx,
            _ => IndexExtend.Lsl,
        };
        ulong shift = (opcode & (1u << 12)) != 0 ? (transfer >> ElementSizePosition) & 0xFF : 0;
        addressing = (addressing & ~0xFFF0ul) | ((ulong)extend << 4) | (shift << 8);
    }

    // xs: 0 UXTW, 1 SXTW.
    private static void VectorIndex(uint xs, ref ulong addressing) =>
        addressing = (addressing & ~0xF0ul) | ((ulong)((xs & 1) == 0 ? IndexExtend.Uxtw : IndexExtend.Sxtw) << 4);

    // size (bits 11:10) is the element size, Q (bit 30) selects 8 or 16 bytes of each register.
    private static void MultipleStructures(uint opcode, ref int offset, ref ulong transfer, ulong addressing)
    {
        int size = (int)((opcode >> 10) & 3);
        int registerBytes = 8 << (int)((opcode >> 30) & 1);
        int total = ((int)(transfer >> 48) & 0xFF) * registerBytes;
        transfer |= ((ulong)size << ElementSizePosition) | ((ulong)(total >> size) << ElementCountPosition);
        transfer += (ulong)((opcode >> 30) & 1) << RegisterSizePosition;
        AddTotal(ref offset, total, addressing);
    }

    private static void ReplicateStructures(uint opcode, ref int offset, ref ulong transfer, ulong addressing)
    {
        int size = (int)((opcode >> 10) & 3);
        int registers = (int)(transfer >> 48) & 0xFF;
        transfer |= ((ulong)size << ElementSizePosition) | ((ulong)registers << ElementCountPosition);
        transfer += (ulong)((opcode >> 30) & 1) << RegisterSizePosition;
        AddTotal(ref offset, registers << size, addressing);
    }

    // The immediate post-index form of a structure access adds the size of the access.
    private static void AddTotal(ref int offset, int total, ulong addressing)
    {
        if ((addressing & 0xFF) == (ulong)AddressingMode.PostIndex)
        {
            offset = total;
        }
    }

    // Q:S:size, from which the element size leaves 4, 3, 2 or 1 bits.
    private static int Lane(uint opcode, int sizeLog2)
    {
        int lane = (int)(((opcode >> 27) & 8) | ((opcode >> 10) & 7));
        return lane >> sizeLog2;
    }

    private static ulong ConsecutiveGroupStart(uint opcode, int count) => count == 2 ? opcode & 0x1E : opcode & 0x1C;

    // T (bit 4) is the top bit of the register number.
    private static ulong StridedGroupStart(uint opcode, int count) => count == 2 ? opcode & 0x17 : opcode & 0x13;
}
