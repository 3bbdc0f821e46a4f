using System;

namespace Arm64MmioDecode.Scanning.Compression;

/// <summary>The output of a decompressor, as the window that its matches refer to.</summary>
internal static class Window
{
    /// <summary>Repeats what was written a distance before, which has been checked to lie within what was written.</summary>
    /// <returns>False when it does not fit; then nothing is written.</returns>
    public static bool TryRepeat(Span<byte> output, ref int written, int distance, long length)
    {
        if (length > output.Length - written)
        {
            return false;
        }

        Repeat(output, written, distance, (int)length);
        written += (int)length;
        return true;
    }

    /// <summary>Repeats what was written a distance before a position; both have been checked.</summary>
    public static void Repeat(Span<byte> output, int position, int distance, int length)
    {
        if (distance >= length)
        {
            output.Slice(position - distance, length).CopyTo(output[position..]);
            return;
        }

        for (int i = 0; i < length; i++)
        {
            output[position + i] = output[position + i - distance];
        }
    }
}
