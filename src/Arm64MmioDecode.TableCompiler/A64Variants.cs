using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// What the fields of an <see cref="A64Variant"/> change. All of them are bits that the lookup tells apart anyway, so an
/// encoding gets a decoder row for each of their values, and the decoder needs no case for it.
/// </summary>
internal static class A64Variants
{
    private const int ElementSizePosition = 32;
    private const int ElementCountPosition = 40;
    private const int RegisterCountPosition = 48;
    private const int RegisterSizePosition = 58;
    private const int LanePosition = 56;
    private const int Q = 1 << 30;
    private const int S = 1 << 12;
    private const int ElementLetterPosition = 21;

    /// <summary>The fields whose values have decoder rows of their own.</summary>
    public static uint Fields(A64Variant variant) => variant switch
    {
        A64Variant.RegisterOffset => (7 << 13) | S,
        A64Variant.MultipleStructures or A64Variant.ReplicateStructures => Q | (3 << 10),
        A64Variant.SingleStructure => Q | S | (3 << 10),
        A64Variant.AuthenticatedImmediate => 1 << 22,
        A64Variant.SplitImm9 => 7 << 10,
        A64Variant.ScalableElementSize => 3 << ElementLetterPosition,
        A64Variant.VectorIndexLow => 1 << 14,
        A64Variant.VectorIndexHigh => 1 << 22,
        _ => 0,
    };

    /// <summary>Changes what the row says by the fields' values.</summary>
    public static void Apply(A64Variant variant, uint opcode, ref int offset, ref ulong transfer, ref ulong addressing)
    {
        switch (variant)
        {
            case A64Variant.RegisterOffset:
                RegisterOffset(opcode, transfer, ref addressing);
                break;
            case A64Variant.MultipleStructures:
                MultipleStructures(opcode, ref offset, ref transfer, addressing);
                break;
            case A64Variant.ReplicateStructures:
                ReplicateStructures(opcode, ref offset, ref transfer, addressing);
                break;
            case A64Variant.SingleStructure:
                // Q:S:size, from which the element size leaves 4, 3, 2 or 1 bits.
                ulong lane = ((opcode >> 27) & 8) | ((opcode >> 10) & 7);
                addressing |= lane >> ((int)(transfer >> ElementSizePosition) & 0xFF) << LanePosition;
                break;
            case A64Variant.AuthenticatedImmediate:
                // S:imm9 in units of 8: S is the sign.
                offset = (opcode & (1 << 22)) != 0 ? -(8 << 9) : 0;
                break;
            case A64Variant.SplitImm9:
                // imm9h:imm9l.
                offset = (int)(opcode >> 10) & 7;
                break;
            case A64Variant.VectorIndexLow:
                VectorIndex(opcode >> 14, ref addressing);
                break;
            case A64Variant.VectorIndexHigh:
                VectorIndex(opcode >> 22, ref addressing);
                break;
            case A64Variant.ScalableElementSize:
                transfer += (ulong)((opcode >> ElementLetterPosition) & 3) << RegisterSizePosition;
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
        ulong shift = (opcode & S) != 0 ? (transfer >> ElementSizePosition) & 0xFF : 0;
        addressing = (addressing & ~0xFFF0ul) | ((ulong)extend << 4) | (shift << 8);
    }

    // xs: 0 UXTW, 1 SXTW.
    private static void VectorIndex(uint xs, ref ulong addressing) =>
        addressing = (addressing & ~0xF0ul) | ((ulong)((xs & 1) == 0 ? IndexExtend.Uxtw : IndexExtend.Sxtw) << 4);

    // size (bits 11:10) is the element size, Q selects 8 or 16 bytes of each register.
    private static void MultipleStructures(uint opcode, ref int offset, ref ulong transfer, ulong addressing)
    {
        int size = (int)((opcode >> 10) & 3);
        int registerBytes = (opcode & Q) != 0 ? 16 : 8;
        int total = ((int)(transfer >> RegisterCountPosition) & 0xFF) * registerBytes;
        SetElements(opcode, size, total >> size, ref offset, ref transfer, addressing);
    }

    private static void ReplicateStructures(uint opcode, ref int offset, ref ulong transfer, ulong addressing) =>
        SetElements(opcode, (int)((opcode >> 10) & 3), (int)(transfer >> RegisterCountPosition) & 0xFF, ref offset, ref transfer, addressing);

    private static void SetElements(uint opcode, int sizeLog2, int count, ref int offset, ref ulong transfer, ulong addressing)
    {
        transfer |= ((ulong)sizeLog2 << ElementSizePosition) | ((ulong)count << ElementCountPosition);
        transfer += (ulong)((opcode & Q) != 0 ? 1 : 0) << RegisterSizePosition;

        // The immediate post-index form of a structure access adds the size of the access.
        if ((addressing & 0xFF) == (ulong)AddressingMode.PostIndex)
        {
            offset = count << sizeLog2;
        }
    }
}
