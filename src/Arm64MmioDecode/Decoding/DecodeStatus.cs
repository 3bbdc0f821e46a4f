namespace Arm64MmioDecode.Decoding;

/// <summary>What an opcode turned out to be.</summary>
public enum DecodeStatus : byte
{
    /// <summary>An instruction that is no memory access, or a word in an encoding space that this library does not own.</summary>
    NotMemoryAccess = 0,

    /// <summary>No instruction: a word in an encoding space of loads and stores that the architecture does not allocate.</summary>
    Unallocated = 1,

    /// <summary>A memory access; the descriptor says which.</summary>
    MemoryAccess = 2,

    /// <summary>The first halfword of a 32-bit T32 instruction was given alone: one more halfword is needed.</summary>
    NeedMoreData = 3,
}
