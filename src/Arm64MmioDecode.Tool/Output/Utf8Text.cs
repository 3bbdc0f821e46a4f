using System;
using System.Text;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>Builds a line of UTF-8 in a buffer that is long enough, without garbage.</summary>
internal ref struct Utf8Text(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    public void Add(scoped ReadOnlySpan<byte> text)
    {
        text.CopyTo(_buffer[Length..]);
        Length += text.Length;
    }

    public void Add(scoped ReadOnlySpan<char> text) => Length += Encoding.UTF8.GetBytes(text, _buffer[Length..]);

    /// <summary>Hexadecimal digits in lower case, without leading zeros beyond a number of digits.</summary>
    public void AddHex(ulong value, int minimumDigits = 1)
    {
        int digits = Math.Max(minimumDigits, (67 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 4);
        Span<byte> place = _buffer.Slice(Length, digits);
        for (int i = digits - 1; i >= 0; i--)
        {
            place[i] = "0123456789abcdef"u8[(int)(value & 15)];
            value >>= 4;
        }

        Length += digits;
    }

    public void AddNumber(long value)
    {
        value.TryFormat(_buffer[Length..], out int written, provider: System.Globalization.CultureInfo.InvariantCulture);
        Length += written;
    }

    /// <summary>Fills up to a column, and with one blank at least.</summary>
    public void PadTo(int column)
    {
        int count = Math.Max(1, column - Length);
        _buffer.Slice(Length, count).Fill((byte)' ');
        Length += count;
    }
}
