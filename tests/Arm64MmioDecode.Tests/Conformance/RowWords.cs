extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Linq;
using TableCompiler::Arm64MmioDecode.TableCompiler;

namespace Arm64MmioDecode.Tests.Conformance;

/// <summary>Words made from the rows of an encodings file: random ones, corners, and neighbours that must be something else.</summary>
internal static class RowWords
{
    /// <summary>Random words of a row; every other one has register fields at corner values.</summary>
    public static IEnumerable<uint> Random(EncodingRow row, Random random, int count, uint[] cornerRegisters)
    {
        (int High, int Width)[] registers = RegisterFields(row);
        for (int i = 0; i < count; i++)
        {
            uint word = Fill(row, (uint)random.NextInt64(1L << 32));
            if ((i & 1) != 0)
            {
                foreach ((int high, int width) in registers)
                {
                    if (random.Next(2) == 0)
                    {
                        word = Set(word, high, width, cornerRegisters[random.Next(cornerRegisters.Length)]);
                    }
                }
            }

            yield return Fill(row, word);
        }
    }

    /// <summary>Each register field at each corner value, all pairs of register fields equal, each other field at its extremes.</summary>
    public static IEnumerable<uint> Corners(EncodingRow row, Random random, uint[] cornerRegisters)
    {
        (int High, int Width)[] registers = RegisterFields(row);
        foreach ((string name, (int high, int width)) in row.Pattern.Fields)
        {
            uint[] values = registers.Contains((high, width)) ? cornerRegisters
                : [0, 1, (1u << (width - 1)) - 1, 1u << (width - 1), (1u << width) - 1];
            foreach (uint value in values)
            {
                yield return Fill(row, Set((uint)random.NextInt64(1L << 32), high, width, value));
            }
        }

        for (int i = 0; i < registers.Length; i++)
        {
            for (int j = i + 1; j < registers.Length; j++)
            {
                uint word = (uint)random.NextInt64(1L << 32);
                uint value = (uint)random.Next(32);
                yield return Fill(row, Set(Set(word, registers[i].High, registers[i].Width, value), registers[j].High, registers[j].Width, value));
            }
        }
    }

    /// <summary>One word for each fixed or should-be bit flipped, and for each rejected field value.</summary>
    public static IEnumerable<uint> Neighbours(EncodingRow row, Random random)
    {
        for (int bit = 0; bit < 32; bit++)
        {
            if ((((row.Pattern.Mask | row.Pattern.ShouldBeMask) >> bit) & 1) != 0)
            {
                yield return Fill(row, (uint)random.NextInt64(1L << 32)) ^ (1u << bit);
            }
        }

        foreach ((uint mask, uint value) in row.Rejects)
        {
            yield return (Fill(row, (uint)random.NextInt64(1L << 32)) & ~mask) | value;
        }
    }

    private static uint Fill(EncodingRow row, uint free) =>
        (free & ~(row.Pattern.Mask | row.Pattern.ShouldBeMask)) | row.Pattern.Value | row.Pattern.ShouldBeValue;

    private static (int High, int Width)[] RegisterFields(EncodingRow row) =>
        [.. row.Pattern.Fields.Where(field => field.Key is ['R' or 'Z' or 'V' or 'P', ..]).Select(field => field.Value)];

    private static uint Set(uint word, int high, int width, uint value)
    {
        uint mask = (uint)((1ul << width) - 1) << (high - width + 1);
        return (word & ~mask) | ((value << (high - width + 1)) & mask);
    }
}
