using System;

namespace Arm64MmioDecode.Descriptors;

/// <summary>Properties of an access that are either there or not.</summary>
[Flags]
public enum AccessProperties : ushort
{
    /// <summary>No property.</summary>
    None = 0,

    /// <summary>Acquire semantics (LDAR, LDAXR, LDADDA …).</summary>
    Acquire = 1 << 0,

    /// <summary>AcquirePC semantics (LDAPR, LDAPUR).</summary>
    AcquirePC = 1 << 1,

    /// <summary>Release semantics (STLR, STLXR, LDADDL …).</summary>
    Release = 1 << 2,

    /// <summary>Acquire or release limited to a LORegion (LDLAR, STLLR).</summary>
    LimitedOrdering = 1 << 3,

    /// <summary>Checked with EL0 permissions where the architecture says so (LDTR, STTR …).</summary>
    Unprivileged = 1 << 4,

    /// <summary>A non-temporal hint (LDNP, STNP, LDNT1 …).</summary>
    NonTemporal = 1 << 5,

    /// <summary>The index register is subtracted (AArch32, U = 0).</summary>
    SubtractIndex = 1 << 6,

    /// <summary>Transfers User mode registers (LDM and STM with ^, no PC).</summary>
    UserBank = 1 << 7,

    /// <summary>Element values are BFloat16 (FEAT_LSFE).</summary>
    BFloat16 = 1 << 8,

    /// <summary>A read-check-write operation (FEAT_THE).</summary>
    ReadCheckWrite = 1 << 9,

    /// <summary>The base register is authenticated before use (LDRAA, LDRAB).</summary>
    Authenticated = 1 << 10,

    /// <summary>Writes Allocation Tags as well as data (STGP, STZG, DC GZVA …).</summary>
    WritesTags = 1 << 11,

    /// <summary>Writes zeros to the data as well as Allocation Tags (STZG, STZ2G).</summary>
    ZeroesData = 1 << 12,

    /// <summary>SVE first-fault or non-fault load: elements after the first may be suppressed.</summary>
    FaultSuppressing = 1 << 13,

    /// <summary>A store that Guarded Control Stack pages permit, and that is always aligned (GCSSTR, GCSSTTR).</summary>
    GuardedControlStack = 1 << 14,

    /// <summary>The immediate or address is a multiple of the vector length.</summary>
    VectorLengthScaled = 1 << 15,
}
