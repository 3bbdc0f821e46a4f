namespace Arm64MmioDecode.Descriptors;

/// <summary>How the elements in memory, in ascending order, map onto the registers.</summary>
public enum TransferShape : byte
{
    /// <summary>No data is transferred.</summary>
    None = 0,

    /// <summary>Element i belongs to register i.</summary>
    OnePerRegister,

    /// <summary>All elements of the first register, then all of the second (LD1, ST1 multiple structures).</summary>
    Sequential,

    /// <summary>Element 0 of every register, then element 1 of every register (LD2–LD4 multiple structures).</summary>
    Interleaved,

    /// <summary>Element i goes to or comes from one lane of register i (single structures).</summary>
    Lane,

    /// <summary>Element i goes to all lanes of register i (LD1R–LD4R).</summary>
    Replicate,

    /// <summary>A register list with one bit for each register (LDM, STM).</summary>
    RegisterList,

    /// <summary>SVE elements at consecutive addresses under a governing predicate.</summary>
    ScalableContiguous,

    /// <summary>SVE elements at addresses taken from a vector.</summary>
    ScalableGather,

    /// <summary>One element or quadword replicated to all lanes of an SVE vector.</summary>
    ScalableReplicate,

    /// <summary>SVE structures: element 0 of every register, then element 1.</summary>
    ScalableInterleaved,

    /// <summary>A whole SVE vector or predicate, or a ZA array vector, as bytes.</summary>
    ScalableWhole,
}
