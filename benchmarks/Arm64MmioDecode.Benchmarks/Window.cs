using System;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>
/// Each invocation works on the next part of a corpus, so that it takes well under a millisecond and still no part is
/// repeated soon enough for the branch predictor to remember it.
/// </summary>
internal static class Window
{
    public const int Words = 1 << 15;

    /// <summary>For what takes longer: a call that is interrupted says nothing.</summary>
    public const int FewWords = 1 << 13;

    public static ReadOnlySpan<T> Next<T>(T[] corpus, ref int start, int length = Words)
    {
        if (start + length > corpus.Length)
        {
            start = 0;
        }

        ReadOnlySpan<T> window = corpus.AsSpan(start, length);
        start += length;
        return window;
    }
}
