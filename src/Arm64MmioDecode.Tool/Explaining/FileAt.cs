using System;
using System.Globalization;
using Arm64MmioDecode.Tool.Input;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>A dump of memory and the address of its first byte: <c>FILE@ADDR</c>.</summary>
internal sealed record FileAt(string File, ulong Address)
{
    /// <summary>Reads the option's value.</summary>
    public static bool TryParse(string text, out FileAt? file)
    {
        int at = text.LastIndexOf('@');
        ReadOnlySpan<char> digits = at <= 0 ? "" : text.AsSpan(at + 1);
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        bool good = ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong address);
        file = good ? new FileAt(text[..at], address) : null;
        return good;
    }

    /// <summary>Reads bytes, as many as there are up to the number asked for.</summary>
    /// <exception cref="BadInputException">The file cannot be read.</exception>
    public byte[] Read(ulong address, int count) => UserFile.Use(File, bytes =>
    {
        ulong offset = address - Address;
        return address < Address || offset >= (ulong)bytes.Length ? [] : bytes.GetSpan((long)offset, Math.Min(count, bytes.Length - (long)offset)).ToArray();
    });
}
