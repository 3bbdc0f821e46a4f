namespace Arm64MmioDecode.Translation;

/// <summary>What an access does at the address that is translated.</summary>
public enum TranslationAccess : byte
{
    /// <summary>A data read. The value also suits cache maintenance and prefetches.</summary>
    Read,

    /// <summary>A data write. An atomic read-modify-write is translated as a write, after a read (a write needs read permission too).</summary>
    Write,

    /// <summary>An instruction fetch.</summary>
    InstructionFetch,
}
