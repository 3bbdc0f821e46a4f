using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// What the fields of an <see cref="AArch32Variant"/> change. An encoding gets a decoder row for each of their values, and
/// the decoder needs no case for it. A 16-bit instruction is in bits 31:16 of the word.
/// </summary>
internal static class AArch32Variants
{
    private const int ElementSizePosition = 32;
    private const int ElementCountPosition = 40;
    private const int RegisterCountPosition = 48;
    private const int LayoutPosition = 28;
    private const int IndexShiftPosition = 8;
    private const int CoreRegisterSize = 4;
    private const int DoublewordSize = 8;

    private const uint P = 1 << 24;
    private const uint U = 1 << 23;
    private const uint W = 1 << 21;
    private const uint D = 1 << 22;
    private const uint Imm5 = 31 << 7;
    private const uint Imm2 = 3 << 4;
    private const uint ShiftType = 3 << 5;
    private const uint NarrowBase = 7 << 24;
    private const uint Size = 3 << 6;
    private const uint EveryOther = 1 << 8;
    private const uint ReplicateEveryOther = 1 << 5;

    /// <summary>The fields whose values have decoder rows of their own.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="pattern">The encoding's pattern.</param>
    /// <param name="sizeLog2">The size of an element where the encoding gives it.</param>
    public static uint Fields(AArch32Variant variant, EncodingPattern pattern, int sizeLog2) => variant switch
    {
        AArch32Variant.Index => U,
        AArch32Variant.ShiftedIndex => U | ShiftType,
        AArch32Variant.ThumbIndex => Imm2,
        AArch32Variant.RegisterList or AArch32Variant.ReturnState => P | U | W,
        AArch32Variant.NarrowList when IsLoad(pattern.Value) => NarrowBase,
        AArch32Variant.SystemLiteral => P | W,
        AArch32Variant.Single or AArch32Variant.Double => D,
        AArch32Variant.SingleList or AArch32Variant.DoubleList => D | P | U | W,
        AArch32Variant.MultipleStructures => D | Size,
        AArch32Variant.SpacedStructures => D | Size | EveryOther,
        AArch32Variant.SingleStructure => D | LaneEveryOther(sizeLog2),
        AArch32Variant.ReplicateStructure => D | Size | ReplicateEveryOther,
        _ => 0,
    };

    /// <summary>The words in which a field has a special value, which the same encoding means otherwise; null when there are none.</summary>
    public static (uint Mask, uint Value)? Special(AArch32Variant variant, uint word) => variant switch
    {
        AArch32Variant.ShiftedIndex when ShiftOf(word) != IndexExtend.Lsl => (Imm5, 0),

        // The base is in the list.
        AArch32Variant.NarrowList when IsLoad(word) => (1u << (16 + (int)((word & NarrowBase) >> 24)), 1u << (16 + (int)((word & NarrowBase) >> 24))),
        _ => null,
    };

    /// <summary>Changes what the row says by the fields' values.</summary>
    /// <param name="variant">The variant.</param>
    /// <param name="word">A word with the values.</param>
    /// <param name="special">Whether it is for the words of <see cref="Special"/>.</param>
    /// <param name="part">The row.</param>
    public static void Apply(AArch32Variant variant, uint word, bool special, AArch32Part part)
    {
        switch (variant)
        {
            case AArch32Variant.Index:
                Sign(word, part);
                break;
            case AArch32Variant.ShiftedIndex:
                Sign(word, part);
                Shift(ShiftOf(word), special, part);
                break;
            case AArch32Variant.ThumbIndex:
                part.Addressing |= (ulong)((word & Imm2) >> 4) << IndexShiftPosition;
                break;
            case AArch32Variant.RegisterList:
                part.List = 0xFFFF;
                bool userBank = (part.Addressing & ((ulong)AccessProperties.UserBank << 16)) != 0;
                Block((word & P) != 0, (word & U) != 0, (word & W) != 0 && !userBank, part);
                break;
            case AArch32Variant.NarrowList:
                // LDM does not write the base back when it is in the list (Arm ARM, LDM, encoding T1); STM always does.
                part.List = 0xFF;
                Block(before: false, increment: true, !special, part);
                break;
            case AArch32Variant.Stack:
                // Bit 8 is M (LR) of PUSH and P (PC) of POP.
                part.List = 0x1FF;
                Block(before: !IsLoad(word), increment: IsLoad(word), writeback: true, part);
                break;
            case AArch32Variant.ReturnState:
                // In T32 bits 24:23 are 00 for decrement before and 11 for increment after.
                bool increment = (word & U) != 0;
                bool before = ((part.Addressing >> 48) & 0xF) == (ulong)InstructionSet.A32 ? (word & P) != 0 : !increment;
                Block(before, increment, (word & W) != 0, part);
                part.Offset += 2 * part.Scale;
                part.Scale = 0;
                break;
            case AArch32Variant.SystemLiteral:
                // Unindexed: imm8 is an option, not an offset.
                part.Scale = (word & (P | W)) != 0 ? part.Scale : 0;
                break;
            case AArch32Variant.Single:
                // Vd:D.
                part.FirstRegister = (word & D) != 0 ? 1u : 0;
                break;
            case AArch32Variant.Double:
                // D:Vd.
                part.FirstRegister = (word & D) != 0 ? 16u : 0;
                break;
            case AArch32Variant.SingleList:
                part.FirstRegister = (word & D) != 0 ? 1u : 0;
                VectorList(word, 2, part);
                break;
            case AArch32Variant.DoubleList:
                part.FirstRegister = (word & D) != 0 ? 16u : 0;
                VectorList(word, 3, part);
                break;
            case AArch32Variant.None:
                break;
            default:
                part.FirstRegister = (word & D) != 0 ? 16u : 0;
                Structures(variant, word, part);
                break;
        }
    }

    // L of a 16-bit LDM, STM, PUSH or POP.
    private static bool IsLoad(uint word) => (word & (1 << 27)) != 0;

    private static uint LaneEveryOther(int sizeLog2) => sizeLog2 == 0 ? 0 : 1u << (4 + sizeLog2);

    private static IndexExtend ShiftOf(uint word) => ((word & ShiftType) >> 5) switch
    {
        0 => IndexExtend.Lsl,
        1 => IndexExtend.Lsr,
        2 => IndexExtend.Asr,
        _ => IndexExtend.Ror,
    };

    private static void Sign(uint word, AArch32Part part) =>
        part.Addressing |= (word & U) == 0 ? (ulong)AccessProperties.SubtractIndex << 16 : 0;

    // An imm5 of 0 means 32 for LSR and ASR, and RRX instead of ROR.
    private static void Shift(IndexExtend shift, bool zero, AArch32Part part)
    {
        shift = zero && shift == IndexExtend.Ror ? IndexExtend.Rrx : shift;
        part.Addressing = (part.Addressing & ~0xFFF0ul) | ((ulong)shift << 4);
        if (zero)
        {
            part.Addressing |= (shift == IndexExtend.Rrx ? 1u : 32) << IndexShiftPosition;
        }
        else
        {
            part.IndexShiftBits = Imm5;
        }
    }

    // Where the lowest address is, and what is added to the base (Arm ARM, section F1.7.4).
    private static void Block(bool before, bool increment, bool writeback, AArch32Part part)
    {
        if (writeback)
        {
            part.Addressing |= (ulong)(before ? AddressingMode.PreIndex : AddressingMode.PostIndex);
            part.Scale = increment ? CoreRegisterSize : -CoreRegisterSize;
        }
        else
        {
            part.Scale = increment ? 0 : -CoreRegisterSize;
            part.Offset = before == increment ? CoreRegisterSize : 0;
        }
    }

    // The base moves by imm8 words, which are the immediate offset of the row. Without writeback there is none.
    private static void VectorList(uint word, int sizeLog2, AArch32Part part)
    {
        part.ImmediateToRegisters = sizeLog2 - 2;
        if ((word & W) != 0)
        {
            part.Addressing |= (ulong)((word & P) != 0 ? AddressingMode.PreIndex : AddressingMode.PostIndex);
        }
        else
        {
            part.Scale = 0;
        }
    }

    private static void Structures(AArch32Variant variant, uint word, AArch32Part part)
    {
        int registers = (int)(part.Transfer >> RegisterCountPosition) & 0xFF;
        int size = (int)(word & Size) >> 6;
        int elements = registers;
        bool everyOther;
        switch (variant)
        {
            case AArch32Variant.SingleStructure:
                // The element size is the row's; index_align<1> or index_align<2> says that every other register is meant.
                size = (int)(part.Transfer >> ElementSizePosition) & 3;
                everyOther = (word & LaneEveryOther(size)) != 0;
                part.Lane = (5 + size, 7u >> size);
                break;
            case AArch32Variant.ReplicateStructure:
                // Size 11 is 32 bits with 16-byte alignment (VLD4). T adds a second register to VLD1.
                size = size == 3 ? 2 : size;
                everyOther = (word & ReplicateEveryOther) != 0;
                part.Transfer |= (ulong)size << ElementSizePosition;
                part.Transfer += (ulong)(registers == 1 && everyOther ? 1 : 0) << RegisterCountPosition;
                break;
            default:
                elements = registers * DoublewordSize >> size;
                everyOther = variant == AArch32Variant.SpacedStructures && (word & EveryOther) != 0;
                part.Transfer |= (ulong)size << ElementSizePosition;
                break;
        }

        part.Transfer = (part.Transfer & ~(0xFFul << ElementCountPosition)) | ((ulong)elements << ElementCountPosition);
        if (everyOther && registers > 1)
        {
            part.Transfer = (part.Transfer & ~(0xFul << LayoutPosition)) | ((ulong)RegisterLayout.EveryOther << LayoutPosition);
        }

        // Without an index register the base moves by the size of the access.
        if ((part.Addressing & 0xFF) == (ulong)AddressingMode.PostIndex)
        {
            part.Offset = elements << size;
        }
    }
}
