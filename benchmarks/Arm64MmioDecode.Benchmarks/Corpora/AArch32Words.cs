using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Arm64MmioDecode.Decoding;

namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>The A32 and T32 corpora: always <see cref="A64Words.Count"/> instructions, repeated in program order.</summary>
internal static class AArch32Words
{
    public static bool IsT32(AArch32Corpus corpus) => corpus is AArch32Corpus.T32LoadsAndStores or AArch32Corpus.T32Text;

    public static uint[] Read(AArch32Corpus corpus)
    {
        IEnumerable<uint> text = IsT32(corpus) ? T32Text() : A32Text();
        return A64Words.Repeat(corpus switch
        {
            AArch32Corpus.A32LoadsAndStores => text.Where(word => InstructionDecoder.DecodeA32(word, out _) == DecodeStatus.MemoryAccess),
            AArch32Corpus.T32LoadsAndStores => text.Where(word => InstructionDecoder.DecodeT32(word, out _) == DecodeStatus.MemoryAccess),
            _ => text,
        });
    }

    private static IEnumerable<uint> A32Text() =>
        CorpusFiles.A32.SelectMany(file => MemoryMarshal.Cast<byte, uint>(ElfText.Read(file)).ToArray());

    private static IEnumerable<uint> T32Text()
    {
        foreach (string file in CorpusFiles.T32)
        {
            ushort[] halfwords = MemoryMarshal.Cast<byte, ushort>(ElfText.Read(file)).ToArray();
            for (int i = 0; i < halfwords.Length; i++)
            {
                bool wide = InstructionDecoder.GetT32Length(halfwords[i]) == 4 && i + 1 < halfwords.Length;
                yield return wide ? ((uint)halfwords[i] << 16) | halfwords[++i] : halfwords[i];
            }
        }
    }
}
