namespace Arm64MmioDecode.Kvm.Vmm.Devices;

/// <summary>A device on the machine's bus. Calls come from every virtual CPU's thread.</summary>
internal interface IDevice
{
    /// <summary>Reads 1, 2, 4 or 8 bytes.</summary>
    /// <returns>False if the device refuses: the guest gets an abort.</returns>
    public bool TryRead(ulong offset, int size, out ulong value);

    /// <summary>Writes 1, 2, 4 or 8 bytes.</summary>
    /// <returns>False if the device refuses: the guest gets an abort.</returns>
    public bool TryWrite(ulong offset, int size, ulong value);
}
