namespace Arm64MmioDecode.TableCompiler;

/// <summary>A row of the decoder's table.</summary>
/// <param name="Words">The words that it decodes.</param>
/// <param name="Rank">Of two rows that share words the one with the higher rank decodes them: the fixed bits of its encoding.</param>
/// <param name="Data">What the decoder reads. It matches the layout of AccessDescriptor: some words are copied into it.</param>
/// <param name="IsIrregular">Whether the decoder needs more than the arithmetic that all other rows share.</param>
internal sealed record DecoderRow(WordSet Words, int Rank, ulong[] Data, bool IsIrregular = false)
{
    /// <summary>Two 32-bit numbers in one.</summary>
    public static ulong Pair(uint low, uint high) => low | ((ulong)high << 32);
}
