namespace Arm64MmioDecode.Emulation;

/// <summary>What to do with cache maintenance by address. It transfers no data, and there is no cache over a device.</summary>
public enum CacheMaintenancePolicy : byte
{
    /// <summary>Complete without effect.</summary>
    Ignore = 0,

    /// <summary>Report it (<see cref="EmulationStatus.NotEmulated"/>), for an embedder that acts on it.</summary>
    Report,
}
