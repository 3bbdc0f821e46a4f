namespace Arm64MmioDecode.Syndromes;

/// <summary>Questions about an <see cref="ExceptionClass"/>.</summary>
public static class ExceptionClassExtensions
{
    /// <summary>Whether the class is a Data Abort (0x24 or 0x25).</summary>
    /// <param name="exceptionClass">The class.</param>
    public static bool IsDataAbort(this ExceptionClass exceptionClass) =>
        exceptionClass is ExceptionClass.DataAbortLowerEl or ExceptionClass.DataAbortSameEl;

    /// <summary>Whether the class is an Instruction Abort (0x20 or 0x21).</summary>
    /// <param name="exceptionClass">The class.</param>
    public static bool IsInstructionAbort(this ExceptionClass exceptionClass) =>
        exceptionClass is ExceptionClass.InstructionAbortLowerEl or ExceptionClass.InstructionAbortSameEl;

    /// <summary>The class in words, such as "Data Abort from a lower Exception level"; "reserved" for numbers without a meaning.</summary>
    /// <param name="exceptionClass">The class.</param>
    public static string ToWords(this ExceptionClass exceptionClass) => exceptionClass switch
    {
        ExceptionClass.Unknown => "Unknown reason",
        ExceptionClass.TrappedWf => "Trapped WFI, WFE, WFIT or WFET",
        ExceptionClass.TrappedMcrMrcCp15 => "Trapped MCR or MRC (coproc 0b1111)",
        ExceptionClass.TrappedMcrrMrrcCp15 => "Trapped MCRR or MRRC (coproc 0b1111)",
        ExceptionClass.TrappedMcrMrcCp14 => "Trapped MCR or MRC (coproc 0b1110)",
        ExceptionClass.TrappedLdcStc => "Trapped LDC or STC",
        ExceptionClass.TrappedSimdFp => "Trapped access to SME, SVE, Advanced SIMD or floating-point functionality",
        ExceptionClass.TrappedVmrs => "Trapped VMRS",
        ExceptionClass.TrappedPointerAuthentication => "Trapped pointer authentication instruction",
        ExceptionClass.TrappedOther => "Trapped instruction that no other class covers",
        ExceptionClass.TrappedMrrcCp14 => "Trapped MRRC (coproc 0b1110)",
        ExceptionClass.BranchTarget => "Branch Target exception",
        ExceptionClass.IllegalState => "Illegal Execution state",
        ExceptionClass.SvcAArch32 => "SVC from AArch32",
        ExceptionClass.HvcAArch32 => "HVC from AArch32",
        ExceptionClass.SmcAArch32 => "SMC from AArch32",
        ExceptionClass.TrappedSystemRegister128 => "Trapped MSRR, MRRS or 128-bit System instruction",
        ExceptionClass.Svc => "SVC from AArch64",
        ExceptionClass.Hvc => "HVC from AArch64",
        ExceptionClass.Smc => "SMC from AArch64",
        ExceptionClass.TrappedSystemRegister => "Trapped MSR, MRS or System instruction",
        ExceptionClass.TrappedSve => "Trapped access to SVE functionality",
        ExceptionClass.TrappedEret => "Trapped ERET, ERETAA or ERETAB",
        ExceptionClass.PointerAuthenticationFailure => "Pointer authentication failure",
        ExceptionClass.TrappedSme => "Trapped access to SME functionality",
        ExceptionClass.GranuleProtectionCheck => "Granule Protection Check exception",
        ExceptionClass.ImplementationDefined => "IMPLEMENTATION DEFINED exception to EL3",
        ExceptionClass.InstructionAbortLowerEl => "Instruction Abort from a lower Exception level",
        ExceptionClass.InstructionAbortSameEl => "Instruction Abort without a change in Exception level",
        ExceptionClass.PCAlignment => "PC alignment fault",
        ExceptionClass.DataAbortLowerEl => "Data Abort from a lower Exception level",
        ExceptionClass.DataAbortSameEl => "Data Abort without a change in Exception level",
        ExceptionClass.SPAlignment => "SP alignment fault",
        ExceptionClass.MemoryOperation => "Memory Operation exception",
        ExceptionClass.FloatingPointAArch32 => "Trapped floating-point exception from AArch32",
        ExceptionClass.FloatingPoint => "Trapped floating-point exception from AArch64",
        ExceptionClass.GuardedControlStack => "Guarded Control Stack exception",
        ExceptionClass.SError => "SError exception",
        ExceptionClass.BreakpointLowerEl => "Breakpoint exception from a lower Exception level",
        ExceptionClass.BreakpointSameEl => "Breakpoint exception without a change in Exception level",
        ExceptionClass.SoftwareStepLowerEl => "Software Step exception from a lower Exception level",
        ExceptionClass.SoftwareStepSameEl => "Software Step exception without a change in Exception level",
        ExceptionClass.WatchpointLowerEl => "Watchpoint exception from a lower Exception level",
        ExceptionClass.WatchpointSameEl => "Watchpoint exception without a change in Exception level",
        ExceptionClass.BkptAArch32 => "BKPT from AArch32",
        ExceptionClass.VectorCatchAArch32 => "Vector Catch exception from AArch32",
        ExceptionClass.Brk => "BRK from AArch64",
        ExceptionClass.Profiling => "Profiling exception",
        _ => "reserved",
    };
}
