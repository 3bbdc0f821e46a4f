using System;
using System.Text;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>Texts for buffers of the caller, as snprintf writes them.</summary>
internal static unsafe class Text
{
    /// <summary>Writes as much as fits, and a NUL; returns the length of the whole text.</summary>
    public static int Copy(string text, byte* buffer, nuint capacity)
    {
        if (buffer == null && capacity != 0)
        {
            return ErrorCode.Argument;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (capacity != 0)
        {
            int length = (int)Math.Min((nuint)bytes.Length, capacity - 1);
            bytes.AsSpan(0, length).CopyTo(new Span<byte>(buffer, length));
            buffer[length] = 0;
        }

        return bytes.Length;
    }
}
