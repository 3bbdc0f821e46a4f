namespace Arm64MmioDecode.Descriptors;

/// <summary>
/// The operation within an <see cref="AccessKind"/>: the arithmetic of an atomic, or the step of a memory copy or set.
/// </summary>
public enum AccessOperation : byte
{
    /// <summary>The kind says everything.</summary>
    None = 0,

    /// <summary>Atomic addition (LDADD).</summary>
    Add,

    /// <summary>Atomic AND with the complement (LDCLR).</summary>
    BitClear,

    /// <summary>Atomic exclusive OR (LDEOR).</summary>
    ExclusiveOr,

    /// <summary>Atomic OR (LDSET).</summary>
    BitSet,

    /// <summary>Atomic signed maximum (LDSMAX).</summary>
    SignedMaximum,

    /// <summary>Atomic signed minimum (LDSMIN).</summary>
    SignedMinimum,

    /// <summary>Atomic unsigned maximum (LDUMAX).</summary>
    UnsignedMaximum,

    /// <summary>Atomic unsigned minimum (LDUMIN).</summary>
    UnsignedMinimum,

    /// <summary>Atomic swap (SWP).</summary>
    Swap,

    /// <summary>Atomic floating-point addition (FEAT_LSFE).</summary>
    FloatingAdd,

    /// <summary>Atomic floating-point maximum (FEAT_LSFE).</summary>
    FloatingMaximum,

    /// <summary>Atomic floating-point maximum number (FEAT_LSFE).</summary>
    FloatingMaximumNumber,

    /// <summary>Atomic floating-point minimum (FEAT_LSFE).</summary>
    FloatingMinimum,

    /// <summary>Atomic floating-point minimum number (FEAT_LSFE).</summary>
    FloatingMinimumNumber,

    /// <summary>The prologue of a memory copy or set.</summary>
    Prologue,

    /// <summary>The main part of a memory copy or set.</summary>
    Main,

    /// <summary>The epilogue of a memory copy or set.</summary>
    Epilogue,

    /// <summary>Clean (DC C*).</summary>
    Clean,

    /// <summary>Invalidate (DC I*, IC I*).</summary>
    Invalidate,

    /// <summary>Clean and invalidate (DC CI*).</summary>
    CleanAndInvalidate,

    /// <summary>Stores a 64-byte block and reports the device's status (ST64BV).</summary>
    StoreWithStatus,

    /// <summary>Pushes to the Guarded Control Stack.</summary>
    Push,

    /// <summary>Pops from the Guarded Control Stack.</summary>
    Pop,

    /// <summary>Switches the Guarded Control Stack (GCSSS1, GCSSS2).</summary>
    SwitchStack,

    /// <summary>Loads the address of a table branch (TBB, TBH).</summary>
    TableBranch,

    /// <summary>Loads PC and PSTATE (RFE) or PC and registers with exception return (LDM exception return).</summary>
    ExceptionReturn,

    /// <summary>Stores LR and SPSR of the current mode (SRS).</summary>
    StoreReturnState,

    /// <summary>
    /// Stores a 64-byte block whose lowest 32 bits are those of ACCDATA_EL1, and reports the device's status (ST64BV0).
    /// </summary>
    StoreAccelerationData,
}
