using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Scanning.Formats.AArch32;

/// <summary>
/// Finds A32 functions among T32 code by their conditions: bits 31:28 of nearly every A32 word are 1110 (always), of words of T32
/// code one in twelve. Libraries have such functions for speed (memcpy with SIMD registers), and hide their symbols.
/// </summary>
internal static class A32Runs
{
    private const int WordLength = 4;
    private const uint Always = 14;

    // Of so many words in a row, so many have the condition "always" where a run begins, and fewer where it ends. Floating-point
    // instructions are the same in both sets but for the place of their first halfword: they alone prove nothing.
    private const int Window = 16;
    private const int Enough = 14;
    private const int EnoughOther = 7;
    private const int TooFew = 10;

    /// <summary>Finds the next run.</summary>
    /// <param name="code">The section.</param>
    /// <param name="start">Where to look from.</param>
    /// <param name="end">Where to stop.</param>
    /// <param name="isBigEndian">Whether instructions are big-endian.</param>
    /// <param name="runEnd">Where the run ends, when there is one.</param>
    /// <returns>Where the run begins; -1 when there is none.</returns>
    public static int FindNext(ReadOnlySpan<byte> code, int start, int end, bool isBigEndian, out int runEnd)
    {
        int first = (start + WordLength - 1) & -WordLength;
        int inWindow = 0;
        int others = 0;
        int runStart = -1;
        for (int at = first; at + WordLength <= end; at += WordLength)
        {
            int leaving = at - (Window * WordLength);
            inWindow += IsAlways(code, at, isBigEndian) - (leaving >= first ? IsAlways(code, leaving, isBigEndian) : 0);
            others += IsNoCoprocessor(code, at, isBigEndian) - (leaving >= first ? IsNoCoprocessor(code, leaving, isBigEndian) : 0);
            if (runStart < 0 && inWindow >= Enough && others >= EnoughOther)
            {
                runStart = Math.Max(first, leaving + WordLength);
                while (IsAlways(code, runStart, isBigEndian) == 0)
                {
                    runStart += WordLength;
                }
            }
            else if (runStart >= 0 && inWindow < TooFew)
            {
                // Back to the last word of the run.
                while (IsAlways(code, at, isBigEndian) == 0 || IsAlways(code, at - WordLength, isBigEndian) == 0)
                {
                    at -= WordLength;
                }

                runEnd = at + WordLength;
                return runStart;
            }
        }

        runEnd = end;
        return runStart;
    }

    private static int IsAlways(ReadOnlySpan<byte> code, int offset, bool isBigEndian) => ReadWord(code, offset, isBigEndian) >> 28 == Always ? 1 : 0;

    // Bits 27:26 are 11 for coprocessor instructions, floating-point ones among them.
    private static int IsNoCoprocessor(ReadOnlySpan<byte> code, int offset, bool isBigEndian) =>
        ReadWord(code, offset, isBigEndian) >> 26 is >= Always << 2 and < (Always << 2) + 3 ? 1 : 0;

    private static uint ReadWord(ReadOnlySpan<byte> code, int offset, bool isBigEndian) => isBigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(code[offset..])
        : BinaryPrimitives.ReadUInt32LittleEndian(code[offset..]);
}
