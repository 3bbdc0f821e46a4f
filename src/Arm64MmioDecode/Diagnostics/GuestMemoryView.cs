namespace Arm64MmioDecode.Diagnostics;

/// <summary>What the guest itself takes an address for, as its stage 1 translation says.</summary>
public enum GuestMemoryView : byte
{
    /// <summary>Not known: there is no address, or no way to translate it.</summary>
    Unknown = 0,

    /// <summary>Translation is off: the guest has not said anything, and the architecture treats all of its data as Device memory.</summary>
    TranslationOff,

    /// <summary>A Device memory type: the guest knows that there is a device.</summary>
    Device,

    /// <summary>Normal Non-cacheable memory: memory of a device, such as a framebuffer, or memory shared with one.</summary>
    NormalNonCacheable,

    /// <summary>Normal memory that may be cached: RAM.</summary>
    NormalCacheable,

    /// <summary>Nothing: stage 1 has no translation for the address now.</summary>
    NotMapped,

    /// <summary>RAM, by the device tree that the guest was given; what its page tables say is not known.</summary>
    DeclaredMemory,
}
