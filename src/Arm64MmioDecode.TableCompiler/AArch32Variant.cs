namespace Arm64MmioDecode.TableCompiler;

/// <summary>
/// A32 and T32 encodings whose descriptor needs more than core registers at fixed places and one immediate.
/// </summary>
internal enum AArch32Variant
{
    /// <summary>The row says everything.</summary>
    None = 0,

    /// <summary>A32 index register with sign.</summary>
    Index,

    /// <summary>A32 index register with sign, stype and imm5.</summary>
    ShiftedIndex,

    /// <summary>T32 index register shifted left by imm2.</summary>
    ThumbIndex,

    /// <summary>LDM and STM with a list of sixteen.</summary>
    RegisterList,

    /// <summary>16-bit LDM and STM.</summary>
    NarrowList,

    /// <summary>16-bit PUSH and POP.</summary>
    Stack,

    /// <summary>RFE and SRS.</summary>
    ReturnState,

    /// <summary>LDC (literal), which has an unindexed form.</summary>
    SystemLiteral,

    /// <summary>VLDR and VSTR of Vd:D.</summary>
    Single,

    /// <summary>VLDR and VSTR of D:Vd.</summary>
    Double,

    /// <summary>VLDM and VSTM of S registers.</summary>
    SingleList,

    /// <summary>VLDM and VSTM of D registers.</summary>
    DoubleList,

    /// <summary>Multiple structures.</summary>
    MultipleStructures,

    /// <summary>Multiple structures in every register or every other one, as bit 8 says.</summary>
    SpacedStructures,

    /// <summary>One structure, one lane of each register.</summary>
    SingleStructure,

    /// <summary>One structure, all lanes of each register.</summary>
    ReplicateStructure,
}
