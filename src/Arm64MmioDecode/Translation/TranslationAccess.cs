namespace Arm64MmioDecode.Translation;

/// <summary>What an access does at the address that is translated.</summary>
public enum TranslationAccess : byte
{
    /// <summary>A data read. The value also suits prefetches.</summary>
    Read,

    /// <summary>A data write. An atomic read-modify-write is a write that also needs <see cref="AccessPermissions.Read"/> among the result's permissions.</summary>
    Write,

    /// <summary>An instruction fetch.</summary>
    InstructionFetch,

    /// <summary>
    /// Cache maintenance by address. It needs no permission here and PAN does not apply to it: which of the result's permissions an
    /// operation needs differs (AArch64.S1CheckPermissions() in the manual).
    /// </summary>
    CacheMaintenance,
}
