using System.IO;
using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Samples.ToyHypervisor;

/// <summary>A device with registers that say where they are, and beside it nothing.</summary>
internal sealed class Devices(TextWriter log) : IMmioBus
{
    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = address & 0xFFF;
        log.WriteLine($"device: read {size} bytes at 0x{address:x}");
        return IsDevice(address) ? BusStatus.Success : BusStatus.ExternalAbort;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        log.WriteLine($"device: write {size} bytes at 0x{address:x} = 0x{value:x}");
        return IsDevice(address) ? BusStatus.Success : BusStatus.ExternalAbort;
    }

    private static bool IsDevice(ulong address) => address >> 12 == GuestImage.Device >> 12;
}
