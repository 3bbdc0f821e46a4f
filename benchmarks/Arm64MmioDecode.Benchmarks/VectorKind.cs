namespace Arm64MmioDecode.Benchmarks;

/// <summary>What traps, with vectors of 32 bytes and all elements active.</summary>
public enum VectorKind
{
    /// <summary>LD1W of one vector: eight elements of four bytes.</summary>
    LoadWords,

    /// <summary>LD4B: four vectors, 128 elements of a byte.</summary>
    LoadStructuresOfBytes,
}
