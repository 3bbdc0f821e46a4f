namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>Where the A64 words of a benchmark come from.</summary>
public enum A64Corpus
{
    /// <summary>The loads and stores of Debian's C library, in program order.</summary>
    LibcLoadsAndStores,

    /// <summary>All words of the same code, memory instructions or not.</summary>
    LibcText,

    /// <summary>Random words that decode, each word equally likely: encodings with many free bits dominate.</summary>
    RandomWords,

    /// <summary>Random words that decode, each encoding equally likely.</summary>
    RandomEncodings,

    /// <summary>Random words that are not allocated in the encoding spaces of the loads and stores.</summary>
    Unallocated,

    /// <summary>Unallocated words that differ from a valid one in one bit.</summary>
    UnallocatedNeighbours,
}
