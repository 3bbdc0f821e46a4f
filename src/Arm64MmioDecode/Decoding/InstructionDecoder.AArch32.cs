using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Decoding;

/// <content>A32 and T32.</content>
public static partial class InstructionDecoder
{
    private const int HalfwordBits = 16;
    private const uint VectorRegisters = 32;
    private const int RmPosition = 8;

    // What an A32 word has where a descriptor has it, but for a shift by RmPosition: Rm, and the condition.
    private const ulong RmAndCondition = (0xFul << RmPosition) | (0xFul << AccessDescriptor.ConditionPosition);

    // A field at the places of both Rm and Rt2: an instruction has only one of them, or is irregular.
    private const uint RmAndRt2 = (1 << 8) | (1 << 24);

    // The number of elements and the number of registers of a descriptor.
    private const ulong OneRegister = (1ul << 40) | (1ul << 48);

    // A first halfword from 0xE800 on announces a 32-bit instruction (Arm ARM, section F3.1).
    private const uint FirstWideHalfword = 0xE800;
    private const uint FirstWideWord = FirstWideHalfword << HalfwordBits;

    /// <summary>Decodes an A32 instruction word.</summary>
    /// <param name="opcode">The word as the processor sees it (instructions are little-endian whatever the data endianness).</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the word is.</returns>
    public static DecodeStatus DecodeA32(uint opcode, out AccessDescriptor descriptor)
    {
        ulong block = EncodingLookup.A32Block(opcode);
        if (EncodingLookup.IsOther(block, opcode))
        {
            descriptor = default;
            return DecodeStatus.NotMemoryAccess;
        }

        return Decode(EncodingLookup.A32Row(block, opcode), A32Table.Rows, A32Table.IrregularRows, isT32: false, opcode, opcode, 0, out descriptor);
    }

    /// <summary>Decodes a T32 instruction outside of an IT block.</summary>
    /// <param name="opcode">The instruction, as in <see cref="DecodeT32(uint, ItState, out AccessDescriptor)"/>.</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the instruction is.</returns>
    public static DecodeStatus DecodeT32(uint opcode, out AccessDescriptor descriptor) => DecodeT32(opcode, beyondAlways: 0, out descriptor);

    /// <summary>Decodes a T32 instruction.</summary>
    /// <param name="opcode">
    /// A 16-bit instruction in bits 15:0 with bits 31:16 = 0, or a 32-bit instruction with its first halfword in bits 31:16.
    /// </param>
    /// <param name="itState">The state of the IT block that the instruction is in.</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>
    /// What the instruction is. <see cref="DecodeStatus.NeedMoreData"/>: bits 15:0 alone are the first halfword of a 32-bit
    /// instruction. <see cref="DecodeStatus.NotMemoryAccess"/> also when bits 31:16 are a 16-bit instruction and not 0.
    /// </returns>
    public static DecodeStatus DecodeT32(uint opcode, ItState itState, out AccessDescriptor descriptor)
    {
        uint state = itState.Value;
        ulong beyondAlways = state == 0 ? 0 : (ulong)((state >> 4) | (state << 4)) - AccessDescriptor.AlwaysCondition;
        return DecodeT32(opcode, beyondAlways << AccessDescriptor.ConditionPosition, out descriptor);
    }

    /// <summary>Decodes the T32 instruction at the start of a byte stream.</summary>
    /// <param name="code">The bytes from the instruction on, as in memory (each halfword little-endian); more than the instruction are ignored.</param>
    /// <param name="itState">The state of the IT block that the instruction is in.</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>
    /// What the instruction is; <see cref="DecodeStatus.NeedMoreData"/> when there are fewer than two bytes, or fewer than four
    /// for a 32-bit instruction.
    /// </returns>
    public static DecodeStatus DecodeT32(ReadOnlySpan<byte> code, ItState itState, out AccessDescriptor descriptor)
    {
        if (code.Length >= sizeof(ushort))
        {
            ushort first = BinaryPrimitives.ReadUInt16LittleEndian(code);
            int length = GetT32Length(first);
            if (code.Length >= length)
            {
                uint opcode = length == sizeof(ushort) ? first : ((uint)first << HalfwordBits) | BinaryPrimitives.ReadUInt16LittleEndian(code.Slice(sizeof(ushort)));
                return DecodeT32(opcode, itState, out descriptor);
            }
        }

        descriptor = default;
        return DecodeStatus.NeedMoreData;
    }

    /// <summary>Returns the length of a T32 instruction.</summary>
    /// <param name="firstHalfword">Its first halfword.</param>
    /// <returns>2 or 4 bytes.</returns>
    public static int GetT32Length(ushort firstHalfword) => firstHalfword >= FirstWideHalfword ? 4 : 2;

    /// <summary>Decodes an instruction of any instruction set.</summary>
    /// <param name="instructionSet">The instruction set.</param>
    /// <param name="opcode">The instruction word; for T32 as in <see cref="DecodeT32(uint, ItState, out AccessDescriptor)"/>.</param>
    /// <param name="itState">The state of the IT block that a T32 instruction is in; ignored otherwise.</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the word is.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="instructionSet"/> is none of the three.</exception>
    public static DecodeStatus Decode(InstructionSet instructionSet, uint opcode, ItState itState, out AccessDescriptor descriptor) => instructionSet switch
    {
        InstructionSet.A64 => DecodeA64(opcode, out descriptor),
        InstructionSet.A32 => DecodeA32(opcode, out descriptor),
        InstructionSet.T32 => DecodeT32(opcode, itState, out descriptor),
        _ => throw new ArgumentOutOfRangeException(nameof(instructionSet)),
    };

    // The condition and ITSTATE are where a descriptor has them, as what is added to the condition "always" of the rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DecodeStatus DecodeT32(uint opcode, ulong beyondAlways, out AccessDescriptor descriptor)
    {
        if (opcode - FirstWideHalfword < FirstWideWord - FirstWideHalfword)
        {
            descriptor = default;
            return opcode is >= FirstWideHalfword and <= ushort.MaxValue ? DecodeStatus.NeedMoreData : DecodeStatus.NotMemoryAccess;
        }

        // Programs mix both lengths, so no branch depends on it: bit 31 is now set in wide instructions and in no narrow one.
        uint word = opcode << ((int)(~opcode >> 27) & HalfwordBits);
        ulong block = EncodingLookup.T32Block(word);
        if (block == 0)
        {
            descriptor = default;
            return DecodeStatus.NotMemoryAccess;
        }

        return Decode(EncodingLookup.T32Row(block, word), T32Table.Rows, T32Table.IrregularRows, isT32: true, word, opcode, beyondAlways, out descriptor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DecodeStatus Decode(uint place, ReadOnlySpan<ulong> rows, int irregularRows, bool isT32, uint word, uint opcode, ulong beyondAlways, out AccessDescriptor descriptor)
    {
        ref ulong row = ref Unsafe.Add(ref MemoryMarshal.GetReference(rows), (nint)place);
        if (!EncodingLookup.Matches(ref row, word))
        {
            return DecodeIrregular(ref row, irregularRows, word, opcode, beyondAlways, out descriptor);
        }

        var listed = (uint)BitOperations.PopCount(opcode & RowPart.Halfword(ref row, AArch32Row.ListBits));
        uint immediate = (word >> RowPart.Byte(ref row, AArch32Row.ImmediateShift)) & RowPart.Halfword(ref row, AArch32Row.ImmediateBits);
        ulong addressing = Unsafe.Add(ref row, AArch32Row.Addressing);
        ulong registers;
        if (isT32)
        {
            registers = ((byte)(word >> RowPart.Byte(ref row, AArch32Row.SpreadShift)) * RowPart.Word(ref row, AArch32Row.Spread))
                | (((word >> RowPart.Byte(ref row, AArch32Row.OtherShift)) & 15) * RmAndRt2);
        }
        else
        {
            // imm4H:imm4L; and imm5, the shift of the index register.
            immediate |= word & RowPart.Byte(ref row, AArch32Row.ImmediateLowerBits);
            addressing |= (word & RowPart.Halfword(ref row, AArch32Row.IndexShiftBits)) << 1;
            registers = ((byte)(word >> 12) * RowPart.Word(ref row, AArch32Row.Spread))
                | (((ulong)word << RmPosition) & RmAndCondition);
        }

        registers = (registers & Unsafe.Add(ref row, AArch32Row.RegisterBits)) + Unsafe.Add(ref row, AArch32Row.RegisterConstants);
        descriptor = new AccessDescriptor(
            opcode,
            (int)(immediate + listed) * (int)RowPart.Word(ref row, AArch32Row.Scale),
            Unsafe.Add(ref row, AArch32Row.Transfer) + (listed * OneRegister),
            addressing,
            registers + beyondAlways);
        return DecodeStatus.MemoryAccess;
    }

    // What no row matches, and what needs more than the arithmetic above: lists of vector registers, block transfers that start
    // beside the base, structures with a lane, and exclusives with a register at an unusual place.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static DecodeStatus DecodeIrregular(ref ulong row, int irregularRows, uint word, uint opcode, ulong beyondAlways, out AccessDescriptor descriptor)
    {
        int rejected = RowPart.Byte(ref row, AArch32Row.Rejected);
        if (rejected == AArch32Row.SeeIrregular)
        {
            row = ref Unsafe.Add(ref row, irregularRows * AArch32Row.Words);
            rejected = RowPart.Byte(ref row, AArch32Row.Rejected);
            if (EncodingLookup.Matches(ref row, word))
            {
                DescribeIrregular(ref row, word, opcode, beyondAlways, out descriptor);
                return DecodeStatus.MemoryAccess;
            }
        }

        descriptor = default;
        return (DecodeStatus)rejected;
    }

    private static void DescribeIrregular(ref ulong row, uint word, uint opcode, ulong beyondAlways, out AccessDescriptor descriptor)
    {
        uint immediate = ((word >> RowPart.Byte(ref row, AArch32Row.ImmediateShift)) & RowPart.Halfword(ref row, AArch32Row.ImmediateBits))
            | (word & RowPart.Byte(ref row, AArch32Row.ImmediateLowerBits));
        ulong registers = (byte)(word >> RowPart.Byte(ref row, AArch32Row.RtShift))
            | ((uint)(byte)(word >> RowPart.Byte(ref row, AArch32Row.RmShift)) << RmPosition)
            | ((uint)(byte)(word >> RowPart.Byte(ref row, AArch32Row.RnShift)) << 16)
            | ((word >> RowPart.Byte(ref row, AArch32Row.Rt2Shift)) << 24)
            | ((ulong)(word >> 28) << AccessDescriptor.ConditionPosition);
        registers = (registers & Unsafe.Add(ref row, AArch32Row.RegisterBits)) + Unsafe.Add(ref row, AArch32Row.RegisterConstants);
        var listed = (uint)BitOperations.PopCount(opcode & RowPart.Halfword(ref row, AArch32Row.ListBits));

        // Vector registers that a list would have beyond the last one are left out (UNPREDICTABLE): the base moves as if not.
        uint vectors = Math.Min(immediate >> RowPart.Byte(ref row, AArch32Row.ImmediateToRegisters), VectorRegisters - ((uint)registers & 31));
        ulong lane = (word >> RowPart.Byte(ref row, AArch32Row.LaneShift)) & RowPart.Byte(ref row, AArch32Row.LaneBits);
        descriptor = new AccessDescriptor(
            opcode,
            ((int)(immediate + listed) * (int)RowPart.Word(ref row, AArch32Row.Scale)) + (short)RowPart.Halfword(ref row, AArch32Row.Offset),
            Unsafe.Add(ref row, AArch32Row.Transfer) + ((listed + vectors) * OneRegister),
            Unsafe.Add(ref row, AArch32Row.Addressing) | (lane << 56),
            registers + beyondAlways);
    }
}
