using System;

namespace Arm64MmioDecode.Translation;

/// <summary>What a mapping allows at the privilege of the request, with PAN, WXN and the execute-never bits applied.</summary>
[Flags]
public enum AccessPermissions : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Data reads.</summary>
    Read = 1,

    /// <summary>Data writes.</summary>
    Write = 2,

    /// <summary>Instruction fetches.</summary>
    Execute = 4,
}
