using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Exports;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Native.Objects;

/// <summary>The caller's register blocks, in place.</summary>
internal unsafe class RegisterBlock : IGuestRegisters, IStage1Source
{
    private RegistersStructure* _registers;
    private ExtensionsStructure* _extensions;
    private Stage1Registers _stage1;
    private Stage1IdRegisters _idRegisters;
    private Stage1Capabilities _capabilities = default(Stage1IdRegisters).ToCapabilities();

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

    /// <summary>GCSPR_ELx and the like, for those that have <see cref="IGuardedControlStackRegisters"/>.</summary>
    public ulong Gcspr
    {
        get => _extensions->Gcspr;
        set => _extensions->Gcspr = value;
    }

    public ulong Gcscr => _extensions->Gcscr;

    public ulong Elr => _extensions->Elr;

    public ulong Spsr => _extensions->Spsr;

    /// <summary>The registers of an exit.</summary>
    /// <param name="registers">The caller's.</param>
    /// <param name="stage1">The caller's, of which a copy is kept; null without translation.</param>
    /// <param name="extensions">The caller's; null without extensions.</param>
    /// <param name="fixedExtensions">A copy of them, for what must not change meanwhile.</param>
    public virtual void Attach(
        RegistersStructure* registers, Stage1Structure* stage1, ExtensionsStructure* extensions, in ExtensionsStructure fixedExtensions)
    {
        _registers = registers;
        _extensions = extensions;
        if (stage1 == null)
        {
            return;
        }

        // A vCPU hardly ever becomes another one.
        var idRegisters = new Stage1IdRegisters(stage1);
        if (idRegisters != _idRegisters)
        {
            _idRegisters = idRegisters;
            _capabilities = idRegisters.ToCapabilities();
        }

        _stage1 = TranslationFunctions.Registers(stage1, _capabilities);
    }

    public void Detach() => _registers = null;

    public ulong GetX(int number) => _registers->X[number];

    public void SetX(int number, ulong value) => _registers->X[number] = value;

    public virtual void GetV(int number, out ulong low, out ulong high)
    {
        low = _registers->V[2 * number];
        high = _registers->V[(2 * number) + 1];
    }

    public virtual void SetV(int number, ulong low, ulong high)
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
