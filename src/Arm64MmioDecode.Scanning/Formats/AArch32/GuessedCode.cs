using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Images;

namespace Arm64MmioDecode.Scanning.Formats.AArch32;

/// <summary>Code of which nothing says what of it is A32, T32 or data.</summary>
internal static class GuessedCode
{
    /// <summary>What code looks like: nearly every A32 word has the condition "always", of T32 code one word in twelve.</summary>
    public static InstructionSet SetOf(ReadOnlySpan<byte> code, bool isBigEndian = false)
    {
        int words = 0;
        int always = 0;
        foreach (uint each in MemoryMarshal.Cast<byte, uint>(code))
        {
            uint word = BitConverter.IsLittleEndian != isBigEndian ? each : BinaryPrimitives.ReverseEndianness(each);
            words += word != 0 ? 1 : 0; // padding
            always += word >> 28 == 14 ? 1 : 0;
        }

        return always >= words / 3 ? InstructionSet.A32 : InstructionSet.T32;
    }

    /// <summary>
    /// The regions of a program that is entered at its first byte, in A32 state as processors and boot loaders do: by following branches and
    /// calls where it is small enough for that, otherwise by what most of it looks like.
    /// </summary>
    /// <param name="code">The little-endian program.</param>
    /// <param name="address">Its address.</param>
    /// <param name="note">What the user is told.</param>
    public static List<CodeRegion> FindRegions(ReadOnlySpan<byte> code, long address, out string note)
    {
        if (code.Length <= CodeFlow.MaximumLength)
        {
            note = "nothing says what of it is A32 and T32: what branches and calls do not tell apart is guessed";
            return CodeFlow.FindRegions(code, address, entry: address);
        }

        List<CodeRegion> regions = [];
        InstructionSet set = SetOf(code);
        note = $"{set} assumed, which most of it looks like";
        AddRegions(regions, code, 0, code.Length, set);
        return regions;
    }

    /// <summary>Adds what seems to be code between two offsets of a section.</summary>
    /// <param name="regions">Where to add it.</param>
    /// <param name="code">The section.</param>
    /// <param name="start">The first offset.</param>
    /// <param name="end">The last, exclusive.</param>
    /// <param name="set">What the code is taken for.</param>
    /// <param name="mayHaveA32">Whether stretches of T32 code may be A32 after all: not on processors of the M profile.</param>
    /// <param name="isBigEndian">Whether instructions are big-endian.</param>
    public static void AddRegions(
        List<CodeRegion> regions, ReadOnlySpan<byte> code, int start, int end, InstructionSet set, bool mayHaveA32 = true, bool isBigEndian = false)
    {
        while (set == InstructionSet.T32 && mayHaveA32 && A32Runs.FindNext(code, start, end, isBigEndian, out int runEnd) is var run and >= 0)
        {
            LiteralPools.AddRegions(regions, code, start, run, InstructionSet.T32, isBigEndian);
            LiteralPools.AddRegions(regions, code, run, runEnd, InstructionSet.A32, isBigEndian);
            start = runEnd;
        }

        LiteralPools.AddRegions(regions, code, start, end, set, isBigEndian);
    }
}
