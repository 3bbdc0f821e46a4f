using System;
using System.Text;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>Texts for buffers of the caller, as snprintf writes them.</summary>
internal static unsafe class Text
{
    /// <summary>Writes as much as fits, and a NUL; returns the length of the whole text.</summary>
    public static int Copy(ReadOnlySpan<char> text, byte* buffer, nuint capacity)
    {
        if (buffer == null && capacity != 0)
        {
            return ErrorCode.Argument;
        }

        // What fits needs no copy of its own.
        int room = (int)Math.Min(capacity, int.MaxValue);
        if (room != 0 && Encoding.UTF8.TryGetBytes(text, new Span<byte>(buffer, room - 1), out int written))
        {
            buffer[written] = 0;
            return written;
        }

        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        if (room != 0)
        {
            bytes.AsSpan(0, room - 1).CopyTo(new Span<byte>(buffer, room - 1));
            buffer[room - 1] = 0;
        }

        return bytes.Length;
    }
}
