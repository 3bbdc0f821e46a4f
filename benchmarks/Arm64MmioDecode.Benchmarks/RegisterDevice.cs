using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Benchmarks;

/// <summary>A page of 64-bit registers that hold what is written to them.</summary>
internal sealed class RegisterDevice : IMmioBus
{
    private const int Count = 512;

    private readonly ulong[] _registers = new ulong[Count];

    public BusStatus Read(ulong address, int size, out ulong value)
    {
        value = _registers[(address / sizeof(ulong)) % Count];
        return BusStatus.Success;
    }

    public BusStatus Write(ulong address, int size, ulong value)
    {
        _registers[(address / sizeof(ulong)) % Count] = value;
        return BusStatus.Success;
    }
}
