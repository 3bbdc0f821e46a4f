using System.Collections.Generic;

namespace Arm64MmioDecode.Kvm.Vmm.Devices;

/// <summary>The devices by guest physical address. An address without a device refuses every access.</summary>
internal sealed class Bus
{
    private readonly List<(ulong Base, ulong Size, IDevice Device)> _devices = [];

    public void Attach(ulong address, ulong size, IDevice device) => _devices.Add((address, size, device));

    public bool TryRead(ulong address, int size, out ulong value)
    {
        foreach ((ulong start, ulong length, IDevice device) in _devices)
        {
            if (address - start < length)
            {
                return device.TryRead(address - start, size, out value);
            }
        }

        value = 0;
        return false;
    }

    public bool TryWrite(ulong address, int size, ulong value)
    {
        foreach ((ulong start, ulong length, IDevice device) in _devices)
        {
            if (address - start < length)
            {
                return device.TryWrite(address - start, size, value);
            }
        }

        return false;
    }

    /// <summary>Whether a device answers at the address.</summary>
    public bool Contains(ulong address)
    {
        foreach ((ulong start, ulong length, _) in _devices)
        {
            if (address - start < length)
            {
                return true;
            }
        }

        return false;
    }
}
