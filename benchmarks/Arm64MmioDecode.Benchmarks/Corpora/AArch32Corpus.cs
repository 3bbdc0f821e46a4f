namespace Arm64MmioDecode.Benchmarks.Corpora;

/// <summary>Where the A32 and T32 instructions of a benchmark come from.</summary>
public enum AArch32Corpus
{
    /// <summary>The loads and stores of Debian's armel C library (A32), in program order.</summary>
    A32LoadsAndStores,

    /// <summary>All words of the same code, with the constants between functions.</summary>
    A32Text,

    /// <summary>The loads and stores of Debian's armhf C library (T32), in program order.</summary>
    T32LoadsAndStores,

    /// <summary>All instructions of the same code, with the constants between functions read as such.</summary>
    T32Text,
}
