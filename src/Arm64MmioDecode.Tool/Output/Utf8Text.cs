using System;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Arm64MmioDecode.Descriptors;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Builds a line of UTF-8 in a buffer that is long enough, without garbage.</summary>
internal ref struct Utf8Text(Span<byte> buffer)
{
    private const int DigitsAtOnce = sizeof(ulong);
    private const int BytesAtOnce = 16;

    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public void Add(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_buffer[Length..]);
        Length += text.Length;
    }

    public void Add(scoped ReadOnlySpan<char> text) => Length += Encoding.UTF8.GetBytes(text, _buffer[Length..]);

    public void Add(in AccessDescriptor access)
    {
        Span<char> text = stackalloc char[AccessDescriptor.MaxTextLength];
        access.TryFormat(text, out int length);
        Add(text[..length]);
    }

    /// <summary>Hexadecimal digits in lower case, without leading zeros beyond a number of digits. There has to be room for 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddHex(ulong value, int minimumDigits = 1)
    {
        int digits = Math.Max(minimumDigits, (67 - BitOperations.LeadingZeroCount(value | 1)) / 4);
        if (digits <= DigitsAtOnce)
        {
            // All eight are written: what is behind those that count will be written over.
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Length..], Digits((uint)value) >> (8 * (DigitsAtOnce - digits)));
        }
        else
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Length..], Digits((uint)(value >> 32)) >> (8 * ((2 * DigitsAtOnce) - digits)));
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer[(Length + digits - DigitsAtOnce)..], Digits((uint)value));
        }

        Length += digits;
    }

    public void AddNumber(long value)
    {
        value.TryFormat(_buffer[Length..], out int written, provider: CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Fills up to a column, and with one blank at least. There has to be room for 16 more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PadTo(int column)
    {
        int end = Math.Max(Length + 1, column);
        for (int i = Length; i < end; i += BytesAtOnce)
        {
            "                "u8.CopyTo(_buffer[i..]);
        }

        Length = end;
    }

    // The eight digits of a number, of which the first is in the lowest byte: nibbles are spread over bytes, and those above 9 become letters.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digits(uint value)
    {
        ulong bytes = BinaryPrimitives.ReverseEndianness(value);
        bytes = (bytes | (bytes << 16)) & 0x0000_FFFF_0000_FFFF;
        bytes = (bytes | (bytes << 8)) & 0x00FF_00FF_00FF_00FF;
        ulong nibbles = ((bytes >> 4) & 0x000F_000F_000F_000F) | ((bytes & 0x000F_000F_000F_000F) << 8);
        ulong letters = ((nibbles + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
        return nibbles + 0x3030_3030_3030_3030 + (letters * ('a' - '9' - 1));
    }
}
