namespace Arm64MmioDecode.Translation;

/// <summary>What an access does at the address that is translated.</summary>
public enum TranslationAccess : byte
{
    /// <summary>A data read. The value also suits cache maintenance and prefetches.</summary>
    Read,

    /// <summary>A data write. An atomic read-modify-write is a write that also needs <see cref="AccessPermissions.Read"/> among the result's permissions.</summary>
    Write,

    /// <summary>An instruction fetch.</summary>
    InstructionFetch,
}
