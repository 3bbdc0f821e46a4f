using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>All registers of a vCPU that instructions can read or change, in both Execution states.</summary>
internal sealed class MachineRegisters : IGuestRegisters, IDebugTransferRegisters
{
    private readonly GuestRegisters _registers = new();

    public ulong Pc
    {
        get => _registers.Pc;
        set => _registers.Pc = value;
    }

    public ulong Sp
    {
        get => _registers.Sp;
        set => _registers.Sp = value;
    }

    public ulong PState
    {
        get => _registers.PState;
        set => _registers.PState = value;
    }

    /// <summary>DBGDTRRXint: what the debugger has sent.</summary>
    public uint Received { get; set; }

    /// <summary>DBGDTRTXint: what the guest has sent.</summary>
    public uint Transmitted { get; private set; }

    public ulong GetX(int number) => _registers.GetX(number);

    public void SetX(int number, ulong value) => _registers.SetX(number, value);

    public void GetV(int number, out ulong low, out ulong high) => _registers.GetV(number, out low, out high);

    public void SetV(int number, ulong low, ulong high) => _registers.SetV(number, low, high);

    public ulong GetSystemRegister(SystemRegister name) => _registers.GetSystemRegister(name);

    public void SetSystemRegister(SystemRegister name, ulong value) => _registers.SetSystemRegister(name, value);

    public void Acknowledge()
    {
        // Nothing here depends on DBGDSCRint.RXfull.
    }

    public void Transmit(uint value) => Transmitted = value;

    /// <summary>A copy that later changes do not reach.</summary>
    public MachineRegisters Copy()
    {
        var copy = new MachineRegisters { Received = Received, Transmitted = Transmitted };
        copy._registers.CopyFrom(_registers);
        return copy;
    }
}
