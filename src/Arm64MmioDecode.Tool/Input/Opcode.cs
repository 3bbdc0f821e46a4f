using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>An opcode as the user wrote it.</summary>
/// <param name="Value">16 or 32 bits; of a 32-bit T32 instruction, the first halfword is in bits 31:16.</param>
/// <param name="Length">2 or 4 bytes.</param>
internal readonly record struct Opcode(uint Value, int Length)
{
    /// <summary>Reads a hexadecimal opcode that a person wrote: a digit too few is a mistake.</summary>
    /// <param name="text">8 digits, with or without <c>0x</c>; for T32, 4 or 8 digits.</param>
    /// <param name="set">The instruction set.</param>
    /// <exception cref="BadInputException">It is not one.</exception>
    public static Opcode Parse(ReadOnlySpan<byte> text, InstructionSet set)
    {
        if (set != InstructionSet.T32 && !(HexNumber.TryParse(text, out _, out int digits) && digits == 8))
        {
            throw new BadInputException($"{Quote(text)} is not an opcode: 8 hexadecimal digits are expected");
        }

        return ParseNumber(text, set);
    }

    /// <summary>Reads a hexadecimal opcode that a program wrote: leading zeros may be missing.</summary>
    /// <param name="text">Up to 8 digits, with or without <c>0x</c>; for T32, 4 or 8 digits exactly.</param>
    /// <param name="set">The instruction set.</param>
    /// <exception cref="BadInputException">It is not one.</exception>
    public static Opcode ParseNumber(ReadOnlySpan<byte> text, InstructionSet set)
    {
        if (!HexNumber.TryParse(text, out UInt128 value, out int digits) || digits > 8)
        {
            throw new BadInputException($"{Quote(text)} is not an opcode: hexadecimal, up to 8 digits, is expected");
        }

        if (set == InstructionSet.T32 && digits is not (4 or 8))
        {
            throw new BadInputException($"{Quote(text)} is not a T32 opcode: 4 digits, or 8 with the first halfword first, are expected");
        }

        return new Opcode((uint)value, set == InstructionSet.T32 && digits == 4 ? 2 : 4);
    }

    /// <summary>The instruction as it lies in memory: little-endian words, or halfwords in T32.</summary>
    /// <param name="destination">Receives it; at least four bytes.</param>
    /// <param name="set">The instruction set.</param>
    /// <returns>The bytes that were written.</returns>
    public ReadOnlySpan<byte> CopyTo(Span<byte> destination, InstructionSet set)
    {
        uint ascending = set == InstructionSet.T32 && Length == 4 ? BitOperations.RotateLeft(Value, 16) : Value;
        BinaryPrimitives.WriteUInt32LittleEndian(destination, ascending);
        return destination[..Length];
    }

    private static string Quote(ReadOnlySpan<byte> text) => Quoted.Text(Encoding.UTF8.GetString(text));
}
