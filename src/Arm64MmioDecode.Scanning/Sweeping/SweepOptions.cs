using System;

namespace Arm64MmioDecode.Scanning.Sweeping;

/// <summary>What a sweep reports beyond accesses that may touch a device.</summary>
[Flags]
public enum SweepOptions
{
    /// <summary>Neither accesses to the stack nor literals.</summary>
    None = 0,

    /// <summary>Accesses with the stack pointer as base, too.</summary>
    Stack = 1,

    /// <summary>Literals (with the PC as base), too.</summary>
    Literals = 2,

    /// <summary>Count the words that are no instruction, which takes A64 a second pass.</summary>
    CountUndecoded = 4,
}
