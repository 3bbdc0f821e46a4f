namespace Arm64MmioDecode.Syndromes;

/// <summary>
/// The exception class, ESR_ELx.EC and HSR.EC (bits 31:26). Every value that the architecture defines has a name;
/// other numbers are reserved. A name describes the AArch64 meaning unless it says AArch32.
/// </summary>
public enum ExceptionClass : byte
{
    /// <summary>0x00: unknown reason, such as an undefined instruction.</summary>
    Unknown = 0x00,

    /// <summary>0x01: trapped WFI, WFE, WFIT or WFET.</summary>
    TrappedWf = 0x01,

    /// <summary>0x03: trapped AArch32 MCR or MRC with coproc 0b1111.</summary>
    TrappedMcrMrcCp15 = 0x03,

    /// <summary>0x04: trapped AArch32 MCRR or MRRC with coproc 0b1111.</summary>
    TrappedMcrrMrrcCp15 = 0x04,

    /// <summary>0x05: trapped AArch32 MCR or MRC with coproc 0b1110.</summary>
    TrappedMcrMrcCp14 = 0x05,

    /// <summary>0x06: trapped AArch32 LDC or STC (of a debug data transfer register).</summary>
    TrappedLdcStc = 0x06,

    /// <summary>0x07: trapped access to SME, SVE, Advanced SIMD or floating-point functionality.</summary>
    TrappedSimdFp = 0x07,

    /// <summary>0x08: trapped AArch32 VMRS access.</summary>
    TrappedVmrs = 0x08,

    /// <summary>0x09: trapped pointer authentication instruction.</summary>
    TrappedPointerAuthentication = 0x09,

    /// <summary>0x0A: trapped instruction that no other class covers (such as LD64B and ST64B).</summary>
    TrappedOther = 0x0A,

    /// <summary>0x0C: trapped AArch32 MRRC with coproc 0b1110.</summary>
    TrappedMrrcCp14 = 0x0C,

    /// <summary>0x0D: Branch Target exception.</summary>
    BranchTarget = 0x0D,

    /// <summary>0x0E: Illegal Execution state.</summary>
    IllegalState = 0x0E,

    /// <summary>0x11: SVC from AArch32.</summary>
    SvcAArch32 = 0x11,

    /// <summary>0x12: HVC from AArch32.</summary>
    HvcAArch32 = 0x12,

    /// <summary>0x13: SMC from AArch32.</summary>
    SmcAArch32 = 0x13,

    /// <summary>0x14: trapped 128-bit MSRR, MRRS or System instruction.</summary>
    TrappedSystemRegister128 = 0x14,

    /// <summary>0x15: SVC from AArch64.</summary>
    Svc = 0x15,

    /// <summary>0x16: HVC from AArch64.</summary>
    Hvc = 0x16,

    /// <summary>0x17: SMC from AArch64.</summary>
    Smc = 0x17,

    /// <summary>0x18: trapped MSR, MRS or System instruction.</summary>
    TrappedSystemRegister = 0x18,

    /// <summary>0x19: trapped access to SVE functionality.</summary>
    TrappedSve = 0x19,

    /// <summary>0x1A: trapped ERET, ERETAA or ERETAB.</summary>
    TrappedEret = 0x1A,

    /// <summary>0x1C: pointer authentication failure (FEAT_FPAC).</summary>
    PointerAuthenticationFailure = 0x1C,

    /// <summary>0x1D: trapped access to SME functionality.</summary>
    TrappedSme = 0x1D,

    /// <summary>0x1E: Granule Protection Check exception, taken to EL3.</summary>
    GranuleProtectionCheck = 0x1E,

    /// <summary>0x1F: IMPLEMENTATION DEFINED exception, taken to EL3.</summary>
    ImplementationDefined = 0x1F,

    /// <summary>0x20: Instruction Abort from a lower Exception level.</summary>
    InstructionAbortLowerEl = 0x20,

    /// <summary>0x21: Instruction Abort taken without a change in Exception level.</summary>
    InstructionAbortSameEl = 0x21,

    /// <summary>0x22: PC alignment fault.</summary>
    PCAlignment = 0x22,

    /// <summary>0x24: Data Abort from a lower Exception level. The one a hypervisor gets for a guest's device access.</summary>
    DataAbortLowerEl = 0x24,

    /// <summary>0x25: Data Abort taken without a change in Exception level, or from the use of VNCR_EL2.</summary>
    DataAbortSameEl = 0x25,

    /// <summary>0x26: SP alignment fault.</summary>
    SPAlignment = 0x26,

    /// <summary>0x27: Memory Operation exception (memory copy and set instructions in the wrong state).</summary>
    MemoryOperation = 0x27,

    /// <summary>0x28: trapped floating-point exception from AArch32.</summary>
    FloatingPointAArch32 = 0x28,

    /// <summary>0x2C: trapped floating-point exception from AArch64.</summary>
    FloatingPoint = 0x2C,

    /// <summary>0x2D: Guarded Control Stack exception.</summary>
    GuardedControlStack = 0x2D,

    /// <summary>0x2F: SError exception.</summary>
    SError = 0x2F,

    /// <summary>0x30: Breakpoint exception from a lower Exception level.</summary>
    BreakpointLowerEl = 0x30,

    /// <summary>0x31: Breakpoint exception taken without a change in Exception level.</summary>
    BreakpointSameEl = 0x31,

    /// <summary>0x32: Software Step exception from a lower Exception level.</summary>
    SoftwareStepLowerEl = 0x32,

    /// <summary>0x33: Software Step exception taken without a change in Exception level.</summary>
    SoftwareStepSameEl = 0x33,

    /// <summary>0x34: Watchpoint exception from a lower Exception level.</summary>
    WatchpointLowerEl = 0x34,

    /// <summary>0x35: Watchpoint exception taken without a change in Exception level, or from the use of VNCR_EL2.</summary>
    WatchpointSameEl = 0x35,

    /// <summary>0x38: BKPT from AArch32.</summary>
    BkptAArch32 = 0x38,

    /// <summary>0x3A: Vector Catch exception from AArch32.</summary>
    VectorCatchAArch32 = 0x3A,

    /// <summary>0x3C: BRK from AArch64.</summary>
    Brk = 0x3C,

    /// <summary>0x3D: Profiling exception.</summary>
    Profiling = 0x3D,
}
