using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Encodings;

namespace Arm64MmioDecode.Descriptors;

/// <content>
/// The heads of A64. Every part of a text is written whole, at the place where the part before it ends: how long it is decides
/// only where the next part begins. So there are no branches to mispredict, which is what the time of short texts goes to.
/// </content>
internal static partial class AssemblyFormatter
{
    private const int ZeroRegister = 31;
    private const int CharBits = 8 * sizeof(char);

    // A mnemonic, three registers with what is behind them, ", #-" with a number of up to ten digits, and four characters of which
    // the first ones are the last text: 16 + 3 × 6 + 4 + 10 + 4 = 52.
    private const int HeadRoom = 64;

    // Four characters, the first one lowest. Without the first two it is what an immediate begins with that follows a comma or no operand.
    private const ulong CommaAndSign = ',' | ((ulong)' ' << 16) | ((ulong)'#' << 32) | ((ulong)'-' << 48);
    private const ulong FourZeros = 0x0030_0030_0030_0030;

    /// <summary>Writes to <see cref="HeadRoom"/> characters, and returns how many of them are the text.</summary>
    private static int WriteHead(in AccessDescriptor access, ReadOnlySpan<ushort> head, ref char text)
    {
        uint ending = head[A64TextHead.Ending];
        ref char mnemonic = ref Unsafe.Add(ref MemoryMarshal.GetReference(A64Text.Mnemonics.AsSpan()), (nint)head[A64TextHead.Mnemonic]);
        Unsafe.WriteUnaligned(ref Unsafe.As<char, byte>(ref text), Unsafe.ReadUnaligned<SixteenChars>(ref Unsafe.As<char, byte>(ref mnemonic)));
        nint length = (nint)(ending & 31);

        uint registers = access.RegisterNumbers;
        length = WriteRegister(ref text, length, head[A64TextHead.Registers], registers);
        length = WriteRegister(ref text, length, head[A64TextHead.Registers + 1], registers);
        length = WriteRegister(ref text, length, head[A64TextHead.Registers + 2], registers);
        length = WriteImmediate(ref text, length, access.Offset, ending);
        return (int)WriteName(ref text, length, A64Text.Separators, (ending >> A64TextHead.SeparatorShift) & (A64TextHead.MostSeparators - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint WriteRegister(ref char text, nint length, uint operand, uint registers)
    {
        uint register = (registers >> (int)operand) & (A64TextHead.RegistersOfView - 1);
        length = WriteName(ref text, length, A64Text.RegisterNames, ((operand >> A64TextHead.ViewShift) * A64TextHead.RegistersOfView) + register);
        return WriteName(ref text, length, A64Text.Separators, (operand >> A64TextHead.SeparatorShift) & (A64TextHead.MostSeparators - 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint WriteName(ref char text, nint length, ReadOnlySpan<ulong> names, uint index)
    {
        ulong name = Unsafe.Add(ref MemoryMarshal.GetReference(names), (nint)index);
        WriteFour(ref text, length, name);
        return length + (nint)(name >> A64TextHead.CountShift);
    }

    // The immediate and what is before it, or nothing: then the lengths are 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint WriteImmediate(ref char text, nint length, int offset, uint ending)
    {
        uint printsZero = (ending / A64TextHead.PrintsZero) & 1;
        uint isPrinted = (ending / A64TextHead.HasImmediate) & (printsZero | ((uint)(offset | -offset) >> 31));
        int sign = offset >> 31;
        WriteFour(ref text, length, CommaAndSign >> (int)(printsZero * 2 * CharBits));
        length += (nint)((3 - (printsZero * 2) - (uint)sign) & (0 - isPrinted));

        uint magnitude = (uint)((offset ^ sign) - sign);
        if (magnitude >= 10_000)
        {
            return isPrinted == 0 ? length : WriteLongNumber(ref text, length, magnitude);
        }

        // The digits are separated by multiplications, and those that are no leading zeros moved to the front.
        uint hundreds = (magnitude * 5243) >> 19;
        uint rest = magnitude - (hundreds * 100);
        uint thousands = (hundreds * 103) >> 10;
        uint tens = (rest * 103) >> 10;
        ulong digits = thousands
            | ((ulong)(hundreds - (thousands * 10)) << CharBits)
            | ((ulong)tens << (2 * CharBits))
            | ((ulong)(rest - (tens * 10)) << (3 * CharBits));
        uint zeros = ((magnitude - 10) >> 31) + ((magnitude - 100) >> 31) + ((magnitude - 1000) >> 31);
        WriteFour(ref text, length, (digits | FourZeros) >> (int)(zeros * CharBits));
        return length + (nint)((4 - zeros) & (0 - isPrinted));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint WriteLongNumber(ref char text, nint length, uint number)
    {
        nint digits = 0;
        for (uint rest = number; rest != 0; rest /= 10)
        {
            digits++;
        }

        for (nint i = digits - 1; i >= 0; i--)
        {
            Unsafe.Add(ref text, length + i) = (char)('0' + (number % 10));
            number /= 10;
        }

        return length + digits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteFour(ref char text, nint at, ulong chars)
    {
        ref char first = ref Unsafe.Add(ref text, at);
        if (BitConverter.IsLittleEndian)
        {
            Unsafe.WriteUnaligned(ref Unsafe.As<char, byte>(ref first), chars);
            return;
        }

        for (int i = 0; i < 4; i++)
        {
            Unsafe.Add(ref first, i) = (char)(chars >> (i * CharBits));
        }
    }

    [StructLayout(LayoutKind.Sequential, Size = A64TextHead.MnemonicLength * sizeof(char))]
    private readonly struct SixteenChars
    {
    }
}
