using System;
using Arm64MmioDecode.Tool.Output;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>One access that a bus has performed.</summary>
/// <param name="IsWrite">Whether it was a write.</param>
/// <param name="Address">The address of its first byte.</param>
/// <param name="Data">Its bytes in ascending order of addresses.</param>
internal sealed record Transaction(bool IsWrite, ulong Address, byte[] Data)
{
    /// <summary>The data as a number, in hexadecimal: the byte at the lowest address is the least significant one.</summary>
    public string Value
    {
        get
        {
            string digits = AllDigits.TrimStart('0');
            return digits.Length == 0 ? "0x0" : "0x" + digits;
        }
    }

    /// <summary>The same with leading zeros, two digits for each byte.</summary>
    public string PaddedValue => "0x" + AllDigits;

    private string AllDigits
    {
        get
        {
            byte[] descending = [.. Data];
            Array.Reverse(descending);
            return HexText.Of(descending);
        }
    }
}
