using System;
using System.Globalization;
using System.Text.Json;

namespace Arm64MmioDecode.Tool.Output;

/// <summary>The forms of value that the tool's JSON has.</summary>
internal static class JsonWriterExtensions
{
    private const int MaxHexLength = 2 + 32;

    /// <summary>Writes an address, word or register value as <c>"0x…"</c>.</summary>
    public static void WriteHex(this Utf8JsonWriter json, JsonEncodedText name, UInt128 value, int minimumDigits = 1)
    {
        Span<char> text = stackalloc char[MaxHexLength];
        json.WriteString(name, FormatHex(value, minimumDigits, text));
    }

    /// <summary>Writes a value whose name is the number of a register or an address.</summary>
    public static void WriteHex(this Utf8JsonWriter json, ReadOnlySpan<char> name, UInt128 value)
    {
        Span<char> text = stackalloc char[MaxHexLength];
        json.WriteString(name, FormatHex(value, 1, text));
    }

    /// <summary>Writes a text, or null.</summary>
    public static void WriteTextOrNull(this Utf8JsonWriter json, JsonEncodedText name, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, text);
        }
    }

    /// <summary>Writes a number, or null.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, JsonEncodedText name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary><c>0x</c> and the digits, in lower case.</summary>
    public static ReadOnlySpan<char> FormatHex(UInt128 value, int minimumDigits, Span<char> destination)
    {
        destination[0] = '0';
        destination[1] = 'x';
        Span<char> format = stackalloc char[3];
        format[0] = 'x';
        minimumDigits.TryFormat(format[1..], out int formatDigits, provider: CultureInfo.InvariantCulture);
        value.TryFormat(destination[2..], out int digits, format[..(1 + formatDigits)], CultureInfo.InvariantCulture);
        return destination[..(2 + digits)];
    }
}
