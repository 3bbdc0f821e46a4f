using System;

namespace Arm64MmioDecode.Emulation;

/// <summary>The order that an instruction asks for, between its own accesses and those before and after it in program order (Arm ARM, section B2.3).</summary>
[Flags]
public enum BusOrdering : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>A Load-Acquire: later accesses are observed after the reads (RCsc).</summary>
    Acquire = 1,

    /// <summary>A Load-AcquirePC (LDAPR and the like): the same, but not for earlier Store-Releases (RCpc).</summary>
    AcquirePC = 2,

    /// <summary>A Store-Release: earlier accesses are observed before the writes.</summary>
    Release = 4,
}
