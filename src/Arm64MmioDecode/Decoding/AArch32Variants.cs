using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Decoding;

/// <summary>
/// What some A32 and T32 encodings need beyond fixed values, core registers and one immediate. A 16-bit instruction is in
/// bits 31:16 of the word.
/// </summary>
internal static class AArch32Variants
{
    private const int ElementSizePosition = 32;
    private const int ElementCountPosition = 40;
    private const int RegisterCountPosition = 48;
    private const int LayoutPosition = 28;
    private const int LanePosition = 56;
    private const int ModeBits = 0xF;
    private const int CoreRegisterSize = 4;
    private const int DoublewordSize = 8;
    private const int VectorRegisters = 32;

    public static void Apply(AArch32Variant variant, uint word, ref int offset, ref ulong transfer, ref ulong addressing, ref ulong registers)
    {
        switch (variant)
        {
            case AArch32Variant.Index:
                Sign(word, ref addressing);
                break;
            case AArch32Variant.ShiftedIndex:
                Sign(word, ref addressing);
                Shift(word, ref addressing);
                break;
            case AArch32Variant.ThumbIndex:
                addressing |= ((word >> 4) & 3) << 8;
                break;
            case AArch32Variant.RegisterList:
                int count = RegisterLists.Count(word & 0xFFFF);
                Count(count, count, ref transfer);
                bool writeback = Bit(word, 21) && (addressing & ((ulong)AccessProperties.UserBank << 16)) == 0;
                Block(Bit(word, 24), Bit(word, 23), writeback, count * CoreRegisterSize, ref offset, ref addressing);
                break;
            case AArch32Variant.NarrowList:
                NarrowList(word, ref offset, ref transfer, ref addressing);
                break;
            case AArch32Variant.Stack:
                Stack(word, ref offset, ref transfer, ref addressing);
                break;
            case AArch32Variant.ReturnState:
                // In T32 bits 24:23 are 00 for decrement before and 11 for increment after.
                bool increment = Bit(word, 23);
                bool before = ((addressing >> 48) & 0xF) == (ulong)InstructionSet.A32 ? Bit(word, 24) : !increment;
                Block(before, increment, Bit(word, 21), 2 * CoreRegisterSize, ref offset, ref addressing);
                break;
            case AArch32Variant.Single:
                registers = (registers & ~0xFFul) | Single(word);
                break;
            case AArch32Variant.Double:
                registers = (registers & ~0xFFul) | Double(word);
                break;
            case AArch32Variant.SingleList:
                registers = (registers & ~0xFFul) | Single(word);
                VectorList(word, (int)(word & 0xFF), (int)Single(word), ref offset, ref transfer, ref addressing);
                break;
            case AArch32Variant.DoubleList:
                registers = (registers & ~0xFFul) | Double(word);
                VectorList(word, (int)(word & 0xFF) >> 1, (int)Double(word), ref offset, ref transfer, ref addressing);
                break;
            default:
                registers = (registers & ~0xFFul) | Double(word);
                Structures(variant, word, ref offset, ref transfer, ref addressing);
                break;
        }
    }

    private static bool Bit(uint word, int position) => ((word >> position) & 1) != 0;

    // U (bit 23).
    private static void Sign(uint word, ref ulong addressing) =>
        addressing |= (ulong)((~word >> 23) & 1) * ((ulong)AccessProperties.SubtractIndex << 16);

    // stype (bits 6:5) and imm5 (bits 11:7): an amount of 0 means 32 for LSR and ASR, and RRX instead of ROR.
    private static void Shift(uint word, ref ulong addressing)
    {
        uint amount = (word >> 7) & 31;
        IndexExtend extend = ((word >> 5) & 3) switch
        {
            0 => IndexExtend.Lsl,
            1 => IndexExtend.Lsr,
            2 => IndexExtend.Asr,
            _ => amount == 0 ? IndexExtend.Rrx : IndexExtend.Ror,
        };
        if (amount == 0)
        {
            amount = extend switch { IndexExtend.Lsl => 0, IndexExtend.Rrx => 1, _ => 32u };
        }

        addressing = (addressing & ~0xFFF0ul) | ((ulong)extend << 4) | (amount << 8);
    }

    private static void Count(int registers, int elements, ref ulong transfer) =>
        transfer |= ((ulong)registers << RegisterCountPosition) | ((ulong)elements << ElementCountPosition);

    // Where the lowest address is, and what is added to the base (Arm ARM, section F1.7.4).
    private static void Block(bool before, bool increment, bool writeback, int size, ref int offset, ref ulong addressing)
    {
        if (writeback)
        {
            addressing |= (ulong)(before ? AddressingMode.PreIndex : AddressingMode.PostIndex);
            offset = increment ? size : -size;
        }
        else
        {
            offset = increment ? (before ? CoreRegisterSize : 0) : (before ? -size : CoreRegisterSize - size);
        }
    }

    // LDM does not write the base back when it is in the list (Arm ARM, LDM, encoding T1); STM always does.
    private static void NarrowList(uint word, ref int offset, ref ulong transfer, ref ulong addressing)
    {
        uint list = (word >> 16) & 0xFF;
        int count = RegisterLists.Count(list);
        Count(count, count, ref transfer);
        bool load = Bit(word, 27);
        bool baseInList = Bit(list, (int)(word >> 24) & 7);
        Block(before: false, increment: true, !load || !baseInList, count * CoreRegisterSize, ref offset, ref addressing);
    }

    // Bit 24 is M (LR) of PUSH and P (PC) of POP.
    private static void Stack(uint word, ref int offset, ref ulong transfer, ref ulong addressing)
    {
        int count = RegisterLists.Count((word >> 16) & 0x1FF);
        Count(count, count, ref transfer);
        bool load = Bit(word, 27);
        Block(before: !load, increment: load, writeback: true, count * CoreRegisterSize, ref offset, ref addressing);
    }

    // Vd:D.
    private static uint Single(uint word) => ((word >> 11) & 0x1E) | ((word >> 22) & 1);

    // D:Vd.
    private static uint Double(uint word) => ((word >> 18) & 0x10) | ((word >> 12) & 0xF);

    // A list that goes beyond the last register is UNPREDICTABLE: it ends there. The base always moves by imm8 words.
    private static void VectorList(uint word, int count, int first, ref int offset, ref ulong transfer, ref ulong addressing)
    {
        count = count > VectorRegisters - first ? VectorRegisters - first : count;
        Count(count, count, ref transfer);
        Block(Bit(word, 24), Bit(word, 23), Bit(word, 21), (int)(word & 0xFF) * CoreRegisterSize, ref offset, ref addressing);
    }

    private static void Structures(AArch32Variant variant, uint word, ref int offset, ref ulong transfer, ref ulong addressing)
    {
        int registers = (int)(transfer >> RegisterCountPosition) & 0xFF;
        int size = (int)(word >> 6) & 3;
        int elements;
        bool everyOther;
        switch (variant)
        {
            case AArch32Variant.SingleStructure:
                // The element size is the row's; index_align<1> or index_align<2> says that every other register is meant.
                size = (int)(transfer >> ElementSizePosition) & 3;
                elements = registers;
                everyOther = size != 0 && Bit(word, 4 + size);
                addressing |= (ulong)((word >> 4) & 0xF) >> (1 + size) << LanePosition;
                break;
            case AArch32Variant.ReplicateStructure:
                // Size 11 is 32 bits with 16-byte alignment (VLD4). T adds a second register to VLD1.
                size = size == 3 ? 2 : size;
                elements = registers;
                everyOther = Bit(word, 5);
                transfer |= (ulong)size << ElementSizePosition;
                if (registers == 1 && everyOther)
                {
                    transfer += 1ul << RegisterCountPosition;
                }

                break;
            default:
                elements = registers * DoublewordSize >> size;
                everyOther = variant == AArch32Variant.SpacedStructures && Bit(word, 8);
                transfer |= (ulong)size << ElementSizePosition;
                break;
        }

        transfer = (transfer & ~(0xFFul << ElementCountPosition)) | ((ulong)elements << ElementCountPosition);
        if (everyOther && registers > 1)
        {
            transfer = (transfer & ~(0xFul << LayoutPosition)) | ((ulong)RegisterLayout.EveryOther << LayoutPosition);
        }

        // Without an index register the base moves by the size of the access.
        if ((addressing & (ModeBits | 0xF0)) == (ulong)AddressingMode.PostIndex)
        {
            offset = elements << size;
        }
    }
}
