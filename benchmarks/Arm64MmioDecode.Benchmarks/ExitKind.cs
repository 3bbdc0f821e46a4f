namespace Arm64MmioDecode.Benchmarks;

/// <summary>What traps.</summary>
public enum ExitKind
{
    /// <summary>LDR (immediate), post-indexed; ISV = 0.</summary>
    LoadPostIndex,

    /// <summary>LDP with an offset; ISV = 0.</summary>
    LoadPair,

    /// <summary>STP (SIMD&amp;FP) of Q registers; ISV = 0.</summary>
    StoreVectorPair,

    /// <summary>LDR (immediate, unsigned offset); ISV = 1.</summary>
    LoadWithSyndrome,

    /// <summary>STR (immediate, unsigned offset); ISV = 1.</summary>
    StoreWithSyndrome,
}
