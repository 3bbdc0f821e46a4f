using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Arm64MmioDecode.TableCompiler;

/// <summary>The bit pattern of one encoding: fixed bits, should-be bits and named fields.</summary>
internal sealed class EncodingPattern
{
    /// <summary>The field that an A32 encoding has in bits 31:28; 1111 there is another instruction.</summary>
    public const string ConditionField = "cond";

    private static readonly HashSet<string> s_registerFields = ["Rt", "Rt2", "Rn", "Rm", "Rs", "Rd", "Zt", "Zn", "Zm"];

    private EncodingPattern()
    {
    }

    public uint Mask { get; private set; }

    public uint Value { get; private set; }

    /// <summary>Bits that should be one or zero: (1) and (0) in the manual's diagrams. They do not select the encoding.</summary>
    public uint ShouldBeMask { get; private set; }

    public uint ShouldBeValue { get; private set; }

    public Dictionary<string, (int High, int Width)> Fields { get; } = [];

    /// <summary>Length of the instruction in bits: 16 or 32.</summary>
    public int Length { get; private set; }

    /// <summary>Parses blank-separated tokens from the most significant bit down: bits (<c>0 1 x (0) (1)</c>), bits with a name (<c>x1x:option</c>) or a named field with its width (<c>imm7:7</c>).</summary>
    /// <remarks>A pattern of 16 bits (T32) takes bits 31:16, where the first halfword of a 32-bit one is.</remarks>
    public static EncodingPattern Parse(string text, int registerWidth)
    {
        var pattern = new EncodingPattern();
        int bit = 32;
        foreach (string token in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = token.Split(':');
            if (token == ConditionField)
            {
                pattern.Fields.Add(token, (bit - 1, 4));
                bit -= 4;
            }
            else if (parts[0].All(c => c is '0' or '1' or 'x' or '(' or ')'))
            {
                int high = bit - 1;
                for (int i = 0; i < parts[0].Length; i++)
                {
                    bool shouldBe = parts[0][i] == '(';
                    if (shouldBe)
                    {
                        i++;
                    }

                    bit--;
                    uint one = 1u << bit;
                    char c = parts[0][i];
                    if (shouldBe)
                    {
                        pattern.ShouldBeMask |= one;
                        pattern.ShouldBeValue |= c == '1' ? one : 0;
                        i++;
                    }
                    else if (c != 'x')
                    {
                        pattern.Mask |= one;
                        pattern.Value |= c == '1' ? one : 0;
                    }
                }

                if (parts.Length == 2)
                {
                    pattern.Fields.Add(parts[1], (high, high - bit + 1));
                }
            }
            else
            {
                int fieldWidth = parts.Length == 2
                    ? int.Parse(parts[1], CultureInfo.InvariantCulture)
                    : s_registerFields.Contains(parts[0]) ? registerWidth : throw new FormatException($"field {parts[0]} needs a width");
                pattern.Fields.Add(parts[0], (bit - 1, fieldWidth));
                bit -= fieldWidth;
            }
        }

        pattern.Length = 32 - bit;
        return bit is 0 or 16 ? pattern : throw new FormatException($"the pattern has {32 - bit} bits, not 16 or 32");
    }

    /// <summary>Mask and value of a condition such as <c>Rm != 11111</c> or <c>size:Q != 110</c> on named fields.</summary>
    public (uint Mask, uint Value) Condition(string fields, string bits)
    {
        uint mask = 0;
        uint value = 0;
        int next = 0;
        foreach (string name in fields.Split(':'))
        {
            (int high, int width) = Fields.TryGetValue(name, out var field) ? field : throw new FormatException($"no field {name}");
            for (int i = 0; i < width; i++, next++)
            {
                uint one = 1u << (high - i);
                if (bits[next] != 'x')
                {
                    mask |= one;
                    value |= bits[next] == '1' ? one : 0;
                }
            }
        }

        return next == bits.Length ? (mask, value) : throw new FormatException($"{fields} has {next} bits, not {bits.Length}");
    }
}
