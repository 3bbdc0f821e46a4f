using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Exports;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>The caller's register blocks, in place.</summary>
internal sealed unsafe class RegisterBlock : IGuestRegisters, IStage1Source
{
    private RegistersStructure* _registers;
    private Stage1Registers _stage1;

    public ulong Pc
    {
        get => _registers->Pc;
        set => _registers->Pc = value;
    }

    public ulong Sp
    {
        get => _registers->Sp;
        set => _registers->Sp = value;
    }

    public ulong PState
    {
        get => _registers->PState;
        set => _registers->PState = value;
    }

    public bool IsAttached => _registers != null;

    public void Attach(RegistersStructure* registers, in Stage1Structure stage1)
    {
        _registers = registers;
        _stage1 = TranslationFunctions.Registers(stage1);
    }

    public void Detach() => _registers = null;

    public ulong GetX(int number) => _registers->X[number];

    public void SetX(int number, ulong value) => _registers->X[number] = value;

    public void GetV(int number, out ulong low, out ulong high)
    {
        low = _registers->V[2 * number];
        high = _registers->V[(2 * number) + 1];
    }

    public void SetV(int number, ulong low, ulong high)
    {
        _registers->V[2 * number] = low;
        _registers->V[(2 * number) + 1] = high;
    }

    public ulong GetSystemRegister(SystemRegister name) => name switch
    {
        SystemRegister.Fpcr => _registers->Fpcr,
        SystemRegister.AccdataEl1 => _registers->Accdata,
        SystemRegister.RcwMaskEl1 => _registers->RcwMask[0],
        SystemRegister.RcwMaskEl1High => _registers->RcwMask[1],
        SystemRegister.RcwSMaskEl1 => _registers->RcwSMask[0],
        SystemRegister.RcwSMaskEl1High => _registers->RcwSMask[1],
        SystemRegister.SpsrSvc => _registers->SpsrSvc,
        SystemRegister.SpsrAbt => _registers->SpsrAbt,
        SystemRegister.SpsrUnd => _registers->SpsrUnd,
        SystemRegister.SpsrIrq => _registers->SpsrIrq,
        SystemRegister.SpsrFiq => _registers->SpsrFiq,
        _ => 0,
    };

    public Stage1Registers ReadRegisters(ulong virtualAddress) => _stage1;

    public ulong ReadSctlr() => _stage1.Sctlr;
}
