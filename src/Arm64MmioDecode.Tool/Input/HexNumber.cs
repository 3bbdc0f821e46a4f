using System;
using System.Globalization;

namespace Arm64MmioDecode.Tool.Input;

/// <summary>Reads hexadecimal numbers as the tool writes them: <c>0x</c> and 1 to 32 digits.</summary>
internal static class HexNumber
{
    private const int MaxDigits = 32;

    /// <summary>Reads a number whose prefix is optional.</summary>
    /// <param name="text">The text, without blanks around it.</param>
    /// <param name="value">The number.</param>
    /// <param name="digits">How many digits it has, leading zeros included.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out UInt128 value, out int digits)
    {
        if (text.StartsWith("0x"u8) || text.StartsWith("0X"u8))
        {
            text = text[2..];
        }

        digits = text.Length;
        value = 0;
        return digits <= MaxDigits && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
