namespace Arm64MmioDecode.Descriptors;

/// <summary>The register file that data is transferred to or from.</summary>
public enum RegisterFile : byte
{
    /// <summary>No data register: prefetch, cache maintenance, block zero.</summary>
    None = 0,

    /// <summary>General-purpose registers; number 31 is the zero register in A64.</summary>
    General,

    /// <summary>SIMD and floating-point registers.</summary>
    SimdAndFloatingPoint,

    /// <summary>SVE vector registers.</summary>
    ScalableVector,

    /// <summary>SVE predicate registers.</summary>
    Predicate,

    /// <summary>The SME ZA array or tiles.</summary>
    ZaArray,

    /// <summary>The SME2 lookup table register ZT0.</summary>
    Zt0,

    /// <summary>A system or debug register (LDC and STC to DBGDTR).</summary>
    System,
}
