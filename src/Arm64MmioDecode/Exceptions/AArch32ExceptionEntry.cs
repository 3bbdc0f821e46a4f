using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// Exception entry to Abort or Undefined mode of AArch32, as register values: write them all and the guest continues
/// in its handler as if the hardware had taken the exception. The rules are AArch32.EnterMode(),
/// AArch32.ReportDataAbort() and AArch32.ReportPrefetchAbort() in Arm's shared pseudocode.
/// </summary>
public readonly record struct AArch32ExceptionEntry
{
    private const uint SctlrV = 1u << 13;
    private const uint SctlrSpan = 1u << 23;
    private const uint SctlrEE = 1u << 25;
    private const uint SctlrTE = 1u << 30;
    private const uint SctlrDssbs = 1u << 31;

    private const uint FsrFnV = 1u << 16;
    private const uint FsrCM = 1u << 13;
    private const uint FsrWnR = 1u << 11;
    private const uint FsrLpae = 1u << 9;
    private const int FsrDomainShift = 4;

    private const uint UndefinedVector = 0x04;
    private const uint PrefetchAbortVector = 0x0C;
    private const uint DataAbortVector = 0x10;
    private const uint HighVectors = 0xFFFF0000;

    private AArch32ExceptionEntry(
        in AArch32ExceptionContext context, int mode, uint vector, uint linkOffset, uint? faultStatus, uint? faultAddress)
    {
        Mode = mode;
        FaultStatus = faultStatus;
        FaultAddress = faultAddress;
        LR = context.Pc + linkOffset;
        Spsr = SavedState(context.Cpsr);
        Cpsr = NewState(context, mode);
        Pc = ((context.Sctlr & SctlrV) != 0 ? HighVectors : context.Vbar & ~0x1Fu) + vector;
    }

    /// <summary>CPSR.M of the mode that takes the exception: Abort (0x17) or Undefined (0x1B).</summary>
    public int Mode { get; }

    /// <summary>Whether the fault registers are IFSR and IFAR (a Prefetch Abort) rather than DFSR and DFAR.</summary>
    public bool IsPrefetchAbort { get; private init; }

    /// <summary>
    /// DFSR or IFSR; null for an undefined instruction. To an AArch64 hypervisor DFSR is ESR_EL1[31:0] and IFSR is
    /// IFSR32_EL2.
    /// </summary>
    public uint? FaultStatus { get; }

    /// <summary>
    /// DFAR or IFAR, or null when it is UNKNOWN: then leave the register alone. To an AArch64 hypervisor DFAR is
    /// FAR_EL1[31:0] and IFAR is FAR_EL1[63:32]; keep the other half.
    /// </summary>
    public uint? FaultAddress { get; }

    /// <summary>LR of <see cref="Mode"/> (LR_abt or LR_und).</summary>
    public uint LR { get; }

    /// <summary>The X register that holds <see cref="LR"/> to an AArch64 hypervisor: 20 for LR_abt, 22 for LR_und.</summary>
    public int LRView => AArch32RegisterView.ToAArch64(14, Mode);

    /// <summary>SPSR of <see cref="Mode"/> (SPSR_abt or SPSR_und), in its AArch32 layout: DIT is bit 21.</summary>
    public uint Spsr { get; }

    /// <summary>The new CPSR, in SPSR_ELx layout like the one of the context (DIT is bit 24).</summary>
    public ulong Cpsr { get; }

    /// <summary>The new PC: the vector in VBAR's table, or in the one at 0xFFFF0000.</summary>
    public uint Pc { get; }

    /// <summary>A Data Abort, taken to Abort mode: vector 0x10, LR_abt is the instruction's address + 8.</summary>
    /// <param name="context">The state at the instruction and EL1's registers.</param>
    /// <param name="fault">
    /// The fault. Levels that the guest's format does not have are moved to the nearest that it has (1 to 3, or 1 and 2).
    /// </param>
    /// <exception cref="ArgumentException">The format has no code for this kind of fault.</exception>
    public static AArch32ExceptionEntry DataAbort(in AArch32ExceptionContext context, in DataFault fault)
    {
        var dfsr = FaultStatusRegister(context, fault.Status, out var status);
        if (fault.IsWrite || fault.CacheMaintenance)
        {
            dfsr |= FsrWnR;
        }

        if (fault.CacheMaintenance)
        {
            dfsr |= FsrCM;
        }

        if (!context.LongDescriptors)
        {
            dfsr |= (uint)(fault.Domain & 0xF) << FsrDomainShift;
        }

        uint? dfar = (uint)fault.Address;
        if (fault.AddressNotValid && status.Kind == FaultKind.SynchronousExternalAbort)
        {
            dfsr |= FsrFnV;
            dfar = null;
        }

        return new AArch32ExceptionEntry(
            context, AArch32RegisterView.AbortMode, DataAbortVector, linkOffset: 8, dfsr, dfar);
    }

    /// <summary>A Prefetch Abort, taken to Abort mode: vector 0x0C, LR_abt is the instruction's address + 4.</summary>
    /// <param name="context">The state at the instruction and EL1's registers.</param>
    /// <param name="status">The kind and level of the fault; levels as for <see cref="DataAbort"/>.</param>
    /// <param name="address">The faulting address for IFAR.</param>
    /// <exception cref="ArgumentException">The format has no code for this kind of fault.</exception>
    public static AArch32ExceptionEntry PrefetchAbort(
        in AArch32ExceptionContext context, FaultStatusCode status, uint address)
    {
        var ifsr = FaultStatusRegister(context, status, out _);
        return new AArch32ExceptionEntry(
            context, AArch32RegisterView.AbortMode, PrefetchAbortVector, linkOffset: 4, ifsr, address)
        {
            IsPrefetchAbort = true,
        };
    }

    /// <summary>
    /// An Undefined Instruction exception, taken to Undefined mode: vector 0x04, LR_und is the instruction's address
    /// + 4 in A32 and + 2 in T32, also for a 32-bit T32 instruction.
    /// </summary>
    /// <param name="context">The state at the instruction and EL1's registers.</param>
    public static AArch32ExceptionEntry Undefined(in AArch32ExceptionContext context) => new(
        context,
        AArch32RegisterView.UndefinedMode,
        UndefinedVector,
        linkOffset: (context.Cpsr & ProcessorState.T) != 0 ? 2u : 4u,
        faultStatus: null,
        faultAddress: null);

    /// <summary>
    /// The exception that an emulated instruction ended with. A Data Abort for which the guest's descriptor format has no code (a Tag
    /// Check Fault, or whatever a bus may answer) is taken as a synchronous External abort.
    /// </summary>
    /// <param name="context">The state at the instruction and EL1's registers.</param>
    /// <param name="fault">The fault that the emulation reported.</param>
    /// <exception cref="ArgumentException">
    /// The fault is none, or one that only A64 instructions raise (<see cref="FaultReason.StackPointerAlignment"/>,
    /// <see cref="FaultReason.PointerAuthentication"/>, <see cref="FaultReason.MemoryCopyOrSet"/>).
    /// </exception>
    public static AArch32ExceptionEntry For(in AArch32ExceptionContext context, in EmulationFault fault) => fault.Reason switch
    {
        FaultReason.DataAbort => DataAbort(
            context,
            new DataFault(fault, TryConvert(context, fault.StatusCode, out _) ? fault.StatusCode : FaultStatusCode.SynchronousExternalAbort)),
        FaultReason.UndefinedInstruction => Undefined(context),
        _ => throw new ArgumentException("AArch32 has no exception for this fault.", nameof(fault)),
    };

    // AArch32.CommonFaultStatus(): STATUS in bits 5:0 and LPAE, or FS in bits 10 and 3:0.
    private static uint FaultStatusRegister(
        in AArch32ExceptionContext context, FaultStatusCode fault, out FaultStatusCode status)
    {
        if (!TryConvert(context, fault, out status))
        {
            throw new ArgumentException("AArch32 has no code for this fault.", nameof(fault));
        }

        var value = (uint)status.Value;
        return context.LongDescriptors ? FsrLpae | value : ((value & 0x10) << 6) | (value & 0xF);
    }

    private static bool TryConvert(in AArch32ExceptionContext context, FaultStatusCode fault, out FaultStatusCode status)
    {
        var format = context.LongDescriptors ? FaultStatusFormat.AArch32Long : FaultStatusFormat.AArch32Short;
        return fault.TryConvert(format, out status)
            || FaultStatusCode.TryEncode(
                fault.Kind, Math.Min(Math.Max(fault.Level, 1), context.LongDescriptors ? 3 : 2), format, out status);
    }

    // AArch32's own SPSRs have DIT where SPSR_ELx has SS, and nothing where that has DIT (J, which is RES0).
    private static uint SavedState(ulong cpsr)
    {
        var spsr = cpsr & ~(ProcessorState.SS | ProcessorState.Dit);
        return (uint)((cpsr & ProcessorState.Dit) != 0 ? spsr | (1u << 21) : spsr);
    }

    private static ulong NewState(in AArch32ExceptionContext context, int mode)
    {
        // Kept: the flags, Q, GE, DIT, PAN, and the masks that entry does not set. SS, IL, IT and J become 0.
        var cpsr = context.Cpsr & (ProcessorState.Nzcv | ProcessorState.Q | ProcessorState.GE | ProcessorState.Dit
            | ProcessorState.Pan | ProcessorState.A | ProcessorState.F);
        cpsr |= (uint)mode | ProcessorState.I;
        if (mode == AArch32RegisterView.AbortMode)
        {
            cpsr |= ProcessorState.A;
        }

        if ((context.Sctlr & SctlrTE) != 0)
        {
            cpsr |= ProcessorState.T;
        }

        if ((context.Sctlr & SctlrEE) != 0)
        {
            cpsr |= ProcessorState.E;
        }

        if ((context.Features & PstateFeatures.Pan) != 0 && (context.Sctlr & SctlrSpan) == 0)
        {
            cpsr |= ProcessorState.Pan;
        }

        if ((context.Features & PstateFeatures.Ssbs) != 0 && (context.Sctlr & SctlrDssbs) != 0)
        {
            cpsr |= ProcessorState.SsbsAArch32;
        }

        return cpsr;
    }

    /// <summary>The exception in a line: "Data Abort to mode 0x17: DFSR 0x1008, DFAR 0x9000118, PC 0x10".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"{(FaultStatus is null ? "exception" : IsPrefetchAbort ? "Prefetch Abort" : "Data Abort")} to mode 0x{Mode:x}{(FaultStatus is { } status ? FormattableString.Invariant($", fault status 0x{status:x}") : string.Empty)}{(FaultAddress is { } address ? FormattableString.Invariant($", fault address 0x{address:x}") : string.Empty)}: LR 0x{LR:x}, SPSR 0x{Spsr:x}, CPSR 0x{Cpsr:x}, PC 0x{Pc:x}");
}
