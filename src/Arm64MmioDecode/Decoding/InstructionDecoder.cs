using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Decoding;

/// <summary>
/// Decodes opcodes into <see cref="AccessDescriptor"/>s. Pure functions over read-only data: no start-up work, no
/// allocation, no exception for any opcode.
/// </summary>
public static partial class InstructionDecoder
{
    // Bits 9:5 and 4:0 of an opcode, and what leaves the lower field where it is and adds the upper one from bit 16 on.
    private const uint RtAndRn = 0x3FF;
    private const uint SpreadRtAndRn = 1 | (1 << 11);

    /// <summary>Decodes an A64 instruction word.</summary>
    /// <param name="opcode">The word as the processor sees it (instructions are little-endian whatever the data endianness).</param>
    /// <param name="descriptor">The access, when the result is <see cref="DecodeStatus.MemoryAccess"/>; empty otherwise.</param>
    /// <returns>What the word is.</returns>
    public static DecodeStatus DecodeA64(uint opcode, out AccessDescriptor descriptor)
    {
        ulong block = EncodingLookup.A64Block(opcode);
        if (block == 0)
        {
            descriptor = default;
            return DecodeStatus.NotMemoryAccess;
        }

        ref ulong row = ref Unsafe.Add(ref MemoryMarshal.GetReference(A64Table.Rows), (nint)EncodingLookup.A64Row(block, opcode));
        if (!EncodingLookup.Matches(ref row, opcode))
        {
            descriptor = default;
            return (DecodeStatus)RowPart.Byte(ref row, A64Row.Rejected);
        }

        int field = ((int)(opcode << RowPart.Byte(ref row, A64Row.ImmediateLeft)) >> RowPart.Byte(ref row, A64Row.ImmediateRight))
            & (int)RowPart.Word(ref row, A64Row.ImmediateBits);
        uint registers = (((opcode & RtAndRn) * SpreadRtAndRn) & 0x1F001F)
            | ((opcode >> 8) & 0x1F00)
            | (opcode >> RowPart.Byte(ref row, A64Row.Rt2Shift) << 24);
        descriptor = new AccessDescriptor(
            opcode,
            (field * (int)RowPart.Word(ref row, A64Row.Scale)) + (int)RowPart.Word(ref row, A64Row.Constant),
            Unsafe.Add(ref row, A64Row.Transfer),
            Unsafe.Add(ref row, A64Row.Addressing),
            (registers & RowPart.Word(ref row, A64Row.RegisterBits)) | ((ulong)AccessDescriptor.AlwaysCondition << AccessDescriptor.ConditionPosition));
        return DecodeStatus.MemoryAccess;
    }
}
