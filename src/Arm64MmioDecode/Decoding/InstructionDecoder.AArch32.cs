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
    private const int VectorRegisters = 32;

    // A first halfword from 0xE800 on announces a 32-bit instruction (Arm ARM, section F3.1).
    private const uint FirstWideHalfword = 0xE800;

    /// <summary>Decodes an A32 instruction word.</summary>
    /// <param name="opcode">The word as the processor sees it (instructions are little-endian whatever the data endianness).</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the word is.</returns>
    public static DecodeStatus DecodeA32(uint opcode, out AccessDescriptor descriptor)
    {
        // 1111 is the space of unconditional instructions.
        uint condition = opcode >> 28;
        condition -= (condition + 1) >> 4;
        return Decode(
            ref MemoryMarshal.GetReference(A32Table.Blocks),
            ref MemoryMarshal.GetReference(A32Table.Cells),
            ref MemoryMarshal.GetReference(A32Table.Rows),
            ref MemoryMarshal.GetReference(A32Table.Candidates),
            A32Table.FirstAccess,
            opcode,
            condition,
            out descriptor);
    }

    /// <summary>Decodes a T32 instruction outside of an IT block.</summary>
    /// <param name="opcode">The instruction, as in <see cref="DecodeT32(uint, ItState, out AccessDescriptor)"/>.</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the instruction is.</returns>
    public static DecodeStatus DecodeT32(uint opcode, out AccessDescriptor descriptor) => DecodeT32(opcode, default, out descriptor);

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
        uint word = opcode <= ushort.MaxValue ? opcode << HalfwordBits : opcode;
        if ((word >= FirstWideHalfword << HalfwordBits) != (opcode > ushort.MaxValue))
        {
            descriptor = default;
            return opcode <= ushort.MaxValue ? DecodeStatus.NeedMoreData : DecodeStatus.NotMemoryAccess;
        }

        uint state = itState.Value;
        uint condition = state == 0 ? AccessDescriptor.AlwaysCondition : (state >> 4) | (state << 8);
        return Decode(
            ref MemoryMarshal.GetReference(T32Table.Blocks),
            ref MemoryMarshal.GetReference(T32Table.Cells),
            ref MemoryMarshal.GetReference(T32Table.Rows),
            ref MemoryMarshal.GetReference(T32Table.Candidates),
            T32Table.FirstAccess,
            word,
            condition,
            out descriptor);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DecodeStatus Decode(ref uint blocks, ref uint cells, ref ulong rows, ref ushort candidates, uint firstAccess, uint word, uint condition, out AccessDescriptor descriptor)
    {
        // The table compiler makes a block for each of the 4096 values of bits 31:20, as many cells for it as its mask
        // selects, and row numbers below RowCount: no index below can leave its table. Rn = 1111 (bits 19:16) is a key bit.
        uint block = Unsafe.Add(ref blocks, (nint)(word >> 20));
        uint key = ((word >> 4) & 0xFF) | (((((word >> 16) & 15) + 1) << 4) & 0x100);
        uint cell = Unsafe.Add(ref cells, (nint)((block & 0x7FFFFF) + (key & (block >> 23))));
        uint index = cell & 0xFFFF;
        ref ulong row = ref Unsafe.Add(ref rows, (nint)(index * AArch32Row.Words));
        if (!AArch32Row.Matches(ref row, word))
        {
            index = NextMatch(ref rows, ref Unsafe.Add(ref candidates, (nint)(cell >> 16)), word);
            row = ref Unsafe.Add(ref rows, (nint)(index * AArch32Row.Words));
        }

        return Describe(ref row, index, firstAccess, word, condition, out descriptor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DecodeStatus Describe(ref ulong row, uint index, uint firstAccess, uint word, uint condition, out AccessDescriptor descriptor)
    {
        if (index < firstAccess)
        {
            descriptor = default;
            return index == (uint)DecodeStatus.Unallocated ? DecodeStatus.Unallocated : DecodeStatus.NotMemoryAccess;
        }

        // A 16-bit instruction is decoded in the upper halfword, where the first halfword of a 32-bit one is.
        ulong operands = Unsafe.Add(ref row, AArch32Row.Operands);
        var places = (uint)(operands >> 32);
        uint opcode = word >> (int)((places >> 16) & HalfwordBits);

        var immediate = (uint)operands;
        uint magnitude = (((word >> (int)(immediate & 31)) & (immediate >> 20)) | (word & (immediate >> 5) & 15)) << (int)((immediate >> 9) & 3);
        int negative = -(int)((~word >> (int)((immediate >> 11) & 31)) & (immediate >> 16) & 1);

        uint fields = (byte)(word >> (int)(places & 31))
            | ((uint)(byte)(word >> (int)((places >> 5) & 31)) << 8)
            | ((uint)(byte)(word >> (int)((places >> 10) & 31)) << 16)
            | ((word >> (int)((places >> 15) & 31)) << 24);
        ulong adjust = Unsafe.Add(ref row, AArch32Row.Registers);
        uint registers = ((fields & (uint)adjust) + (uint)(adjust >> 32)) & 0x0F0F0F1F;

        // Vector registers that a list would have beyond the last one are left out (UNPREDICTABLE): the base moves as if not.
        ulong amounts = Unsafe.Add(ref row, AArch32Row.Amounts);
        int listed = BitOperations.PopCount(opcode & (ushort)amounts) + (int)(magnitude >> (int)((amounts >> 56) & 31));
        int offset = ((int)magnitude ^ negative) - negative + (short)(amounts >> 16) + (listed * (sbyte)(amounts >> 32));
        ulong count = (uint)Math.Min(listed, VectorRegisters - (int)(registers & 31));
        var field = (ulong)((word >> (int)((amounts >> 40) & 31)) & (uint)(amounts >> 45) & 31);
        descriptor = new AccessDescriptor(
            opcode,
            offset,
            Unsafe.Add(ref row, AArch32Row.Transfer) + (count << 40) + (count << 48),
            Unsafe.Add(ref row, AArch32Row.Addressing) | (field << (int)((amounts >> 50) & 63)),
            registers | ((ulong)condition << 32));
        return DecodeStatus.MemoryAccess;
    }

    // Few words come here: the rarer of two encodings that only other fields tell apart, and unallocated words. Every list
    // ends with a row that matches all words.
    private static uint NextMatch(ref ulong rows, ref ushort candidate, uint word)
    {
        while (!AArch32Row.Matches(ref Unsafe.Add(ref rows, candidate * AArch32Row.Words), word))
        {
            candidate = ref Unsafe.Add(ref candidate, 1);
        }

        return candidate;
    }
}
