using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>What may have been meant by a word that makes little sense: most often the same bytes in the order in which they lie in memory.</summary>
internal static class OpcodeHint
{
    private const uint First32BitHalfword = 0xE800;

    /// <summary>A hint, or null where the word makes sense.</summary>
    public static string? For(Opcode opcode, InstructionSet set, DecodeStatus status, in AccessDescriptor access)
    {
        if (set == InstructionSet.T32 && opcode.Length == 2 && opcode.Value >= First32BitHalfword)
        {
            string half = "this is the first half of a 32-bit instruction, and its second half is missing";
            return InMemoryOrder(opcode, set) is { } order ? half + "; or " + order : half;
        }

        bool startsWithShort = set == InstructionSet.T32 && opcode.Length == 4 && opcode.Value >> 16 < First32BitHalfword;
        bool isDoubtful = status == DecodeStatus.Unallocated || (status == DecodeStatus.MemoryAccess && HasWrongBits(access));
        if (!startsWithShort && !isDoubtful)
        {
            return null;
        }

        string? ofHalfword = startsWithShort
            ? string.Create(CultureInfo.InvariantCulture, $"the first halfword, {opcode.Value >> 16:x4}, is an instruction of its own: decode the halfwords one by one")
            : null;
        string? ofOrder = InMemoryOrder(opcode, set);
        return ofHalfword is not null && ofOrder is not null ? ofHalfword + "; or " + ofOrder : ofHalfword ?? ofOrder;
    }

    private static string? InMemoryOrder(Opcode opcode, InstructionSet set)
    {
        foreach (uint other in OtherOrders(opcode, set))
        {
            var swapped = new Opcode(other, opcode.Length);
            if (other != opcode.Value && (set != InstructionSet.T32 || opcode.Length == 2 || other >> 16 >= First32BitHalfword)
                && OpcodeDecoder.Decode(swapped, set, ItState.None, out AccessDescriptor meant) == DecodeStatus.MemoryAccess && !HasWrongBits(meant))
            {
                return string.Create(CultureInfo.InvariantCulture, $"are these bytes in memory order? {Digits(swapped)} is {meant}");
            }
        }

        return null;
    }

    // As a listing of bytes has them; of T32 also as a word of a memory dump has them.
    private static uint[] OtherOrders(Opcode opcode, InstructionSet set)
    {
        uint bytes = BinaryPrimitives.ReverseEndianness(opcode.Value);
        return set != InstructionSet.T32 ? [bytes]
            : opcode.Length == 2 ? [bytes >> 16]
            : [BitOperations.RotateLeft(bytes, 16), BitOperations.RotateLeft(opcode.Value, 16)];
    }

    private static bool HasWrongBits(in AccessDescriptor access) =>
        access.Unpredictable is { } condition && condition.StartsWith("should-be", System.StringComparison.Ordinal);

    private static string Digits(Opcode opcode) => opcode.Value.ToString(opcode.Length == 2 ? "x4" : "x8", CultureInfo.InvariantCulture);
}
