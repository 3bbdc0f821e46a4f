using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>
/// A line of a disassembler's listing: address, colon, opcode, text. GNU objdump prints words and halfwords, llvm-objdump words or
/// bytes in memory order, gdb bytes (<c>disassemble /r</c>) or words and halfwords of a memory dump (<c>x/4xw</c>).
/// </summary>
internal static class ListingLine
{
    private const uint First32BitHalfword = 0xE800;

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, without blanks around it.</param>
    /// <param name="set">The instruction set.</param>
    /// <param name="opcodes">Receives the opcodes: none for headings.</param>
    /// <returns>Whether it is a line of a listing.</returns>
    /// <exception cref="BadInputException">It is one, without an opcode.</exception>
    public static bool TryParse(ReadOnlySpan<byte> line, InstructionSet set, List<Opcode> opcodes)
    {
        if (IsHeading(line))
        {
            return true;
        }

        int colon = line.IndexOf((byte)':');
        if (colon < 0 || !IsAddress(line[..colon]))
        {
            return false;
        }

        var digits = new Digits(line[(colon + 1)..]);
        switch (digits.Next(out bool hasPrefix, out uint value))
        {
            case 8 when set == InstructionSet.T32:
                AddHalfwords(opcodes, digits, hasPrefix ? [(ushort)value, (ushort)(value >> 16)] : [(ushort)(value >> 16), (ushort)value], hasPrefix);
                break;
            case 8:
                do
                {
                    opcodes.Add(new Opcode(value, 4));
                }
                while (hasPrefix && digits.Next(out hasPrefix, out value) == 8);
                break;
            case 4 when set == InstructionSet.T32:
                AddHalfwords(opcodes, digits, [(ushort)value], hasPrefix);
                break;
            case 2:
                AddBytes(opcodes, digits, set, value);
                break;
            default:
                throw new BadInputException($"{Quoted.Text(Encoding.UTF8.GetString(line))} has no opcode of {set} behind the address (gdb: disassemble /r)");
        }

        return true;
    }

    private static bool IsHeading(ReadOnlySpan<byte> line) =>
        line.EndsWith(">:"u8) || line.SequenceEqual("..."u8) || line.StartsWith("Disassembly of section "u8) || line.IndexOf("file format "u8) >= 0
        || line.StartsWith("Dump of assembler code"u8) || line.StartsWith("End of assembler dump"u8);

    // "  40078c", "0x40078c <main+4>", "=> 0x40078c".
    private static bool IsAddress(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t"u8);
        text = (text.StartsWith("=>"u8) ? text[2..] : text).Trim(" \t"u8);
        int symbol = text.IndexOf((byte)'<');
        if (symbol >= 0)
        {
            if (!text.EndsWith(">"u8))
            {
                return false;
            }

            text = text[..symbol].Trim(" \t"u8);
        }

        return HexNumber.TryParse(text, out _, out int digits) && digits is > 0 and <= 16;
    }

    // Halfwords up to the end of the instruction, or of all instructions of a memory dump.
    private static void AddHalfwords(List<Opcode> opcodes, Digits digits, ReadOnlySpan<ushort> first, bool isDump)
    {
        List<ushort> halfwords = [.. first];
        while ((isDump || (halfwords.Count == 1 && halfwords[0] >= First32BitHalfword)) && digits.Next(out _, out uint value) is int count and (4 or 8))
        {
            halfwords.Add((ushort)value);
            if (count == 8)
            {
                halfwords.Add((ushort)(value >> 16));
            }
        }

        for (int i = 0; i < halfwords.Count; i++)
        {
            if (halfwords[i] < First32BitHalfword)
            {
                opcodes.Add(new Opcode(halfwords[i], 2));
            }
            else if (i + 1 < halfwords.Count)
            {
                opcodes.Add(new Opcode(((uint)halfwords[i] << 16) | halfwords[i + 1], 4));
                i++;
            }
            else
            {
                throw new BadInputException($"'{halfwords[i].ToString("x4", CultureInfo.InvariantCulture)}' is the first half of a T32 instruction whose second half is missing");
            }
        }
    }

    private static void AddBytes(List<Opcode> opcodes, Digits digits, InstructionSet set, uint first)
    {
        uint word = first;
        int count = 1;
        int needed = set == InstructionSet.T32 ? 2 : 4;
        while (count < needed && digits.Next(out _, out uint value) == 2)
        {
            word |= value << (8 * count);
            count++;
            needed = count == 2 && set == InstructionSet.T32 && word >= First32BitHalfword ? 4 : needed;
        }

        if (count < needed)
        {
            throw new BadInputException($"{count} bytes are no {set} instruction");
        }

        bool isLongT32 = set == InstructionSet.T32 && count == 4;
        opcodes.Add(new Opcode(isLongT32 ? (word << 16) | (word >> 16) : word, count));
    }

    /// <summary>Hexadecimal numbers one after the other.</summary>
    private ref struct Digits(ReadOnlySpan<byte> text)
    {
        private ReadOnlySpan<byte> _rest = text;

        /// <summary>Reads the next number of 2, 4 or 8 digits; returns how many, or 0 when something else follows.</summary>
        public int Next(out bool hasPrefix, out uint value)
        {
            _rest = _rest.TrimStart(" \t"u8);
            int length = _rest.IndexOfAny(" \t"u8);
            ReadOnlySpan<byte> token = length < 0 ? _rest : _rest[..length];
            hasPrefix = token.StartsWith("0x"u8);
            bool isNumber = HexNumber.TryParse(token, out UInt128 number, out int digits) && digits is 2 or 4 or 8;
            value = isNumber ? (uint)number : 0;
            _rest = isNumber ? _rest[token.Length..] : default;
            return isNumber ? digits : 0;
        }
    }
}
