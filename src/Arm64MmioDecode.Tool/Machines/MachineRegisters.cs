using Arm64MmioDecode.Emulation;

namespace Arm64MmioDecode.Tool.Machines;

/// <summary>All registers of a vCPU that instructions can read or change, in both Execution states; those of SVE and SME apart.</summary>
internal class MachineRegisters : IGuestRegisters, IDebugTransferRegisters, IGuardedControlStackRegisters
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

    public ulong Gcspr { get; set; }

    public ulong Gcscr { get; set; }

    public ulong Elr { get; set; }

    public ulong Spsr { get; set; }

    public ulong GetX(int number) => _registers.GetX(number);

    public void SetX(int number, ulong value) => _registers.SetX(number, value);

    public virtual void GetV(int number, out ulong low, out ulong high) => _registers.GetV(number, out low, out high);

    public virtual void SetV(int number, ulong low, ulong high) => _registers.SetV(number, low, high);

    public ulong GetSystemRegister(SystemRegister name) => _registers.GetSystemRegister(name);

    public void SetSystemRegister(SystemRegister name, ulong value) => _registers.SetSystemRegister(name, value);

    public void Acknowledge()
    {
        // Nothing here depends on DBGDSCRint.RXfull.
    }

    public void Transmit(uint value) => Transmitted = value;

    /// <summary>A copy that later changes do not reach.</summary>
    public virtual MachineRegisters Copy()
    {
        var copy = new MachineRegisters();
        copy.CopyFrom(this);
        return copy;
    }

    protected void CopyFrom(MachineRegisters other)
    {
        Received = other.Received;
        Transmitted = other.Transmitted;
        Gcspr = other.Gcspr;
        Gcscr = other.Gcscr;
        Elr = other.Elr;
        Spsr = other.Spsr;
        _registers.CopyFrom(other._registers);
    }
}
