namespace Arm64MmioDecode.Emulation;

/// <summary>What an emulation takes the accessed memory for, where the embedder knows it.</summary>
public enum AccessedMemory : byte
{
    /// <summary>Device memory.</summary>
    Device = 0,

    /// <summary>Normal memory: an emulator's RAM, or a page that a program maps as such.</summary>
    Normal,
}
