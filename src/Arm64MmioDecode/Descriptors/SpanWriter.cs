using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Appends text to a span and goes on counting when it is full.</summary>
internal ref struct SpanWriter
{
    private const int CharsAtOnce = sizeof(ulong) / sizeof(char);
    private const uint FirstOfFiveDigits = 10_000;

    private readonly Span<char> _destination;

    /// <param name="destination">Where the text goes.</param>
    /// <param name="length">How much of it is there already.</param>
    public SpanWriter(Span<char> destination, int length)
    {
        _destination = destination;
        Length = length;
    }

    /// <summary>The length of the text, whether it fitted or not.</summary>
    public int Length { get; private set; }

    public bool Overflowed => Length > _destination.Length;

    public void Add(char c)
    {
        if ((uint)Length < (uint)_destination.Length)
        {
            _destination[Length] = c;
        }

        Length++;
    }

    public void Add(string text)
    {
        foreach (char c in text)
        {
            Add(c);
        }
    }

    /// <summary>Appends up to four characters, of which the first is in the lowest bits.</summary>
    /// <param name="chars">The characters; what is behind them does not matter.</param>
    /// <param name="count">How many there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(ulong chars, int count)
    {
        if (BitConverter.IsLittleEndian && Length <= _destination.Length - CharsAtOnce)
        {
            // All four are written: what is behind those that count will be written over.
            Unsafe.WriteUnaligned(ref Unsafe.As<char, byte>(ref Unsafe.Add(ref MemoryMarshal.GetReference(_destination), Length)), chars);
            Length += count;
            return;
        }

        for (; count > 0; count--)
        {
            Add((char)chars);
            chars >>= 8 * sizeof(char);
        }
    }

    /// <summary>Appends the literal characters at the start of a template, and returns how many these are: those below 0x100.</summary>
    public int AddLiterals(ReadOnlySpan<char> template)
    {
        int count = 0;
        Span<char> rest = (uint)Length <= (uint)_destination.Length ? _destination.Slice(Length) : default;
        while ((uint)count < (uint)template.Length && template[count] <= byte.MaxValue)
        {
            if ((uint)count < (uint)rest.Length)
            {
                rest[count] = template[count];
            }

            count++;
        }

        Length += count;
        return count;
    }

    public void Add(int number)
    {
        // The sign is written in any case, and written over if there is none.
        int sign = (int)((uint)number >> 31);
        Add('-', sign);
        uint magnitude = (uint)((number ^ -sign) + sign);
        if (magnitude < FirstOfFiveDigits)
        {
            // No branch depends on how many digits there are. They are separated by multiplications instead of divisions.
            uint hundreds = (magnitude * 5243) >> 19;
            uint rest = magnitude - (hundreds * 100);
            uint thousands = (hundreds * 103) >> 10;
            uint tens = (rest * 103) >> 10;
            ulong digits = thousands
                | ((ulong)(hundreds - (thousands * 10)) << 16)
                | ((ulong)tens << 32)
                | ((ulong)(rest - (tens * 10)) << 48);
            int count = 1 + Bit(magnitude >= 10) + Bit(magnitude >= 100) + Bit(magnitude >= 1000);
            Add((digits | 0x0030_0030_0030_0030) >> (16 * (CharsAtOnce - count)), count);
            return;
        }

        uint divisor = FirstOfFiveDigits;
        while (magnitude / divisor >= 10)
        {
            divisor *= 10;
        }

        for (; divisor != 0; divisor /= 10)
        {
            Add((char)('0' + (magnitude / divisor % 10)));
        }
    }

    private static int Bit(bool condition) => condition ? 1 : 0;
}
