namespace Arm64MmioDecode.Translation;

/// <summary>The memory types that stage 1 can give a mapping.</summary>
public enum MemoryType : byte
{
    /// <summary>Device-nGnRnE: no gathering, no reordering, no early write acknowledgement. Also what an access is with the MMU off.</summary>
    DeviceNGnRnE,

    /// <summary>Device-nGnRE.</summary>
    DeviceNGnRE,

    /// <summary>Device-nGRE.</summary>
    DeviceNGRE,

    /// <summary>Device-GRE.</summary>
    DeviceGRE,

    /// <summary>Normal memory.</summary>
    Normal,
}
