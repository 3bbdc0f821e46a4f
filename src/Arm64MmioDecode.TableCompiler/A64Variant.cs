namespace Arm64MmioDecode.TableCompiler;

/// <summary>A64 encodings whose meaning depends on more fields than the registers and one contiguous immediate.</summary>
internal enum A64Variant
{
    None = 0,

    /// <summary>Register offset: option and S give extension and shift.</summary>
    RegisterOffset,

    /// <summary>Rt2 in bits 20:16 instead of 14:10.</summary>
    HighRt2,

    /// <summary>AdvSIMD multiple structures: size and Q give element size and count.</summary>
    MultipleStructures,

    /// <summary>AdvSIMD load and replicate: size gives the element size.</summary>
    ReplicateStructures,

    /// <summary>AdvSIMD single structure: Q, S and size give the lane.</summary>
    SingleStructure,

    /// <summary>LDRAA, LDRAB: S:imm9.</summary>
    AuthenticatedImmediate,

    /// <summary>LDR and STR of a whole vector or predicate: imm9h:imm9l.</summary>
    SplitImm9,

    /// <summary>SME2 multi-vector forms: the first register is Zt scaled by the register count.</summary>
    ConsecutiveGroup,

    /// <summary>SME2 strided forms: the first register is T:00:Zt or T:0:Zt.</summary>
    StridedGroup,

    /// <summary>ZA array vectors: off4 is also the offset, in vector lengths.</summary>
    ZaVector,

    /// <summary>An optional index register of which 31 means none.</summary>
    ZeroableIndex,

    /// <summary>SVE stores whose element size in the register is a field: size in bits 22:21.</summary>
    ScalableElementSize,

    /// <summary>SVE scalar plus vector: xs in bit 14 gives the extension of the index.</summary>
    VectorIndexLow,

    /// <summary>SVE scalar plus vector: xs in bit 22 gives the extension of the index.</summary>
    VectorIndexHigh,
}
