namespace Arm64MmioDecode.Encodings;

/// <summary>
/// What a placeholder of an encoding's assembly column prints. The table compiler turns each placeholder into one
/// character: the kind in the upper byte, a parameter in the lower byte.
/// </summary>
internal enum OperandKind : byte
{
    /// <summary>Not a placeholder: the character prints as itself.</summary>
    Literal = 0,

    /// <summary>A general-purpose register; the parameter is a <see cref="RegisterOperand"/>.</summary>
    General,

    /// <summary>A scalar SIMD&amp;FP register; the parameter is a <see cref="RegisterOperand"/> with the view's letter.</summary>
    Scalar,

    /// <summary>Start of a part that is left out when the offset is 0.</summary>
    OptionalBegin,

    /// <summary>End of such a part.</summary>
    OptionalEnd,

    /// <summary>The immediate offset in decimal.</summary>
    Immediate,

    /// <summary>The index register with its extension: Wm or Xm.</summary>
    ExtendedIndex,

    /// <summary>A prefetch operation: PLD, PLI or PST with target and policy.</summary>
    PrefetchOperation,

    /// <summary>A range prefetch operation (FEAT_RPRFM).</summary>
    RangePrefetchOperation,

    /// <summary>An SVE prefetch operation.</summary>
    ScalablePrefetchOperation,

    /// <summary>AdvSIMD registers with their arrangement; the parameter is the count, and 0x80 for an element letter in the next character.</summary>
    VectorList,

    /// <summary>The lane of a single structure.</summary>
    Lane,

    /// <summary>SVE vectors; the parameter is the element letter, and 0x80 to print a range of more than two with a dash.</summary>
    ScalableList,

    /// <summary>One SVE vector used as base or index; the parameter is the element letter, and 0x80 for Zn instead of Zm.</summary>
    ScalableAddress,

    /// <summary>UXTW or SXTW as the xs bit says; the parameter is the bit's position.</summary>
    ScalableModifier,

    /// <summary>A governing predicate P0–P7 in bits 12:10.</summary>
    GoverningPredicate,

    /// <summary>A predicate-as-counter PN8–PN15 in bits 12:10.</summary>
    CounterPredicate,

    /// <summary>The predicate Pt in bits 3:0.</summary>
    Predicate,

    /// <summary>The vector Zt without an element size.</summary>
    WholeVector,

    /// <summary>A ZA tile slice; the parameter is the element letter.</summary>
    ZaSlice,

    /// <summary>A ZA array vector: the select register and its offset.</summary>
    ZaVector,

    /// <summary>The operation and operand name of a DC or IC instruction.</summary>
    CacheOperation,

    /// <summary>The SVE element letter that the size field gives; the parameter is the field's lowest bit.</summary>
    ScalableListBySize,
}
