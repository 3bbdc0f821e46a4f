// Never ran on macOS: tested against Apple's documented values.
namespace Arm64MmioDecode.Samples.HypervisorFramework;

/// <summary>hv_reg_t: X0 to X30 are 0 to 30. SP is none of them: SP_EL0 and SP_EL1 are system registers.</summary>
internal enum HvReg : uint
{
    X0 = 0,
    FP = 29,
    LR = 30,
    PC = 31,
    Fpcr = 32,
    Fpsr = 33,

    /// <summary>PSTATE in the layout of SPSR_ELx.</summary>
    Cpsr = 34,
}

/// <summary>hv_return_t.</summary>
internal enum HvReturn : uint
{
    Success = 0,
    Error = 0xFAE94001,
    Busy = 0xFAE94002,
    BadArgument = 0xFAE94003,
    IllegalGuestState = 0xFAE94004,
    NoResources = 0xFAE94005,
    NoDevice = 0xFAE94006,
    Denied = 0xFAE94007,
    Unsupported = 0xFAE9400F,
}
