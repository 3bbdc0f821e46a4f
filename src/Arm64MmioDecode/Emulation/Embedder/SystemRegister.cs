namespace Arm64MmioDecode.Emulation;

/// <summary>System registers that instructions read through <see cref="IGuestRegisters.GetSystemRegister"/>.</summary>
public enum SystemRegister
{
    /// <summary>FPCR: rounding, flushing to zero and default NaN of the floating-point atomics (FEAT_LSFE).</summary>
    Fpcr = 0,

    /// <summary>ACCDATA_EL1: the low 32 bits of what ST64BV0 stores.</summary>
    AccdataEl1,

    /// <summary>RCWMASK_EL1, bits 63:0: which bits a read-check-write instruction may change (FEAT_THE).</summary>
    RcwMaskEl1,

    /// <summary>RCWMASK_EL1, bits 127:64 (FEAT_D128).</summary>
    RcwMaskEl1High,

    /// <summary>RCWSMASK_EL1, bits 63:0: which bits a software read-check-write instruction may change (FEAT_THE).</summary>
    RcwSMaskEl1,

    /// <summary>RCWSMASK_EL1, bits 127:64 (FEAT_D128).</summary>
    RcwSMaskEl1High,

    /// <summary>SPSR_svc, which AArch64 calls SPSR_EL1: what SRS stores and an exception return restores in Supervisor mode.</summary>
    SpsrSvc,

    /// <summary>SPSR_abt.</summary>
    SpsrAbt,

    /// <summary>SPSR_und.</summary>
    SpsrUnd,

    /// <summary>SPSR_irq.</summary>
    SpsrIrq,

    /// <summary>SPSR_fiq.</summary>
    SpsrFiq,
}
