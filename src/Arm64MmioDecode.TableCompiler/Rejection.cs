namespace Arm64MmioDecode.TableCompiler;

/// <summary>What a word is that no row matches.</summary>
internal enum Rejection
{
    /// <summary>There is no such word.</summary>
    None,

    /// <summary>No memory access.</summary>
    Other,

    /// <summary>Unallocated.</summary>
    Unallocated,
}
