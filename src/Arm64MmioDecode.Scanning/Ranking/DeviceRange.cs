namespace Arm64MmioDecode.Scanning.Ranking;

/// <summary>Addresses of a device.</summary>
/// <param name="First">The lowest address.</param>
/// <param name="Last">The highest address.</param>
public readonly record struct DeviceRange(ulong First, ulong Last)
{
    /// <summary>Whether an address lies in the range.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Whether it does.</returns>
    public bool Contains(ulong address) => address >= First && address <= Last;
}
