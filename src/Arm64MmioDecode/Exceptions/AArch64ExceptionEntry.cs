using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// Exception entry to EL1 or EL2 in AArch64 state, as register values: write them all and the guest continues in its
/// handler as if the hardware had taken the exception. The rules are AArch64.TakeException(),
/// AArch64.ReportException() and AArch64.FaultSyndrome() in Arm's shared pseudocode.
/// </summary>
public readonly record struct AArch64ExceptionEntry
{
    private const int ExceptionClassShift = 26;
    private const uint IL = 1u << 25;
    private const uint Isv = 1u << 24;
    private const int SasShift = 22;
    private const int SrtShift = 16;
    private const uint SF = 1u << 15;
    private const int LstShift = 11;
    private const uint FnV = 1u << 10;
    private const uint CM = 1u << 8;
    private const uint WnR = 1u << 6;
    private const int Iss2Shift = 32;

    private const ulong SctlrSpan = 1ul << 23;
    private const ulong SctlrDssbs = 1ul << 44;
    private const ulong SctlrSpIntMask = 1ul << 62;
    private const ulong Sctlr2Ease = 1ul << 5;

    private const ulong HcrTge = 1ul << 27;
    private const ulong HcrRW = 1ul << 31;
    private const ulong HcrE2H = 1ul << 34;
    private const ulong HcrNV = 1ul << 42;
    private const ulong HcrNV1 = 1ul << 43;
    private const ulong HcrNV2 = 1ul << 45;

    private const int SErrorOffset = 0x180;

    private AArch64ExceptionEntry(in AArch64ExceptionContext context, ulong esr, ulong? far, int vector)
    {
        TargetLevel = context.TargetLevel;
        Esr = esr;
        Far = far;
        Elr = context.Pc;
        Spsr = SavedState(context);
        PState = NewState(context);
        VectorOffset = vector + OriginOffset(context);
        Pc = (context.Vbar & ~0x7FFul) + (uint)VectorOffset;
    }

    /// <summary>The Exception level that takes the exception: the x in the register names below.</summary>
    public int TargetLevel { get; }

    /// <summary>ESR_ELx, all 64 bits.</summary>
    public ulong Esr { get; }

    /// <summary>FAR_ELx, or null when the exception leaves it UNKNOWN: then leave the register alone.</summary>
    public ulong? Far { get; }

    /// <summary>ELR_ELx: the address of the instruction.</summary>
    public ulong Elr { get; }

    /// <summary>SPSR_ELx: the interrupted PSTATE (UINJ apart, which reads as 0).</summary>
    public ulong Spsr { get; }

    /// <summary>The new PSTATE, in SPSR_ELx layout.</summary>
    public ulong PState { get; }

    /// <summary>
    /// The offset in the vector table: 0x000 from the same level with SP_EL0, 0x200 with SP_ELx, 0x400 from a lower
    /// level in AArch64, 0x600 in AArch32; 0x180 more for an External abort with SCTLR2_ELx.EASE.
    /// </summary>
    public int VectorOffset { get; }

    /// <summary>The new PC: VBAR_ELx plus the offset.</summary>
    public ulong Pc { get; }

    /// <summary>
    /// A Data Abort (EC 0x24 from a lower level, 0x25 from the same): ISV is 0 and IL is 1, with DFSC, WnR, CM and FnV
    /// from the fault. Only 64-byte loads and stores report ISV = 1 (see <see cref="DataFault.LoadStoreType"/>).
    /// </summary>
    /// <param name="context">The state at the instruction and the target's registers.</param>
    /// <param name="fault">The fault.</param>
    /// <exception cref="ArgumentException">The fault's status code has no AArch64 form.</exception>
    public static AArch64ExceptionEntry DataAbort(in AArch64ExceptionContext context, in DataFault fault)
    {
        var status = ToAArch64(fault.Status);
        var iss = Class(context, ExceptionClass.DataAbortSameEl) | IL | (uint)status.Value;
        if (fault.IsWrite || fault.CacheMaintenance)
        {
            iss |= WnR;
        }

        if (fault.CacheMaintenance)
        {
            iss |= CM;
        }

        ulong iss2 = 0;
        if (fault.LoadStoreType != LoadStoreType.Unspecified
            && status.Kind is FaultKind.Translation or FaultKind.AccessFlag or FaultKind.Permission)
        {
            iss |= Isv | (3u << SasShift) | ((uint)(fault.Register & 31) << SrtShift) | SF
                | ((uint)fault.LoadStoreType << LstShift);
            iss2 = fault.LoadStoreType == LoadStoreType.Ld64bOrSt64b ? 0 : (uint)(fault.StatusRegister & 31);
        }

        return Abort(context, (iss2 << Iss2Shift) | iss, status, fault.Address, fault.AddressNotValid);
    }

    /// <summary>An Instruction Abort (EC 0x20 from a lower level, 0x21 from the same): the fetch at PC failed.</summary>
    /// <param name="context">The state at the instruction and the target's registers.</param>
    /// <param name="status">The kind and level of the fault (IFSC).</param>
    /// <param name="address">
    /// The faulting address for FAR: PC, or PC + 2 when the second halfword of a T32 instruction lies in a page that faults.
    /// </param>
    /// <exception cref="ArgumentException">The status code has no AArch64 form.</exception>
    public static AArch64ExceptionEntry InstructionAbort(
        in AArch64ExceptionContext context, FaultStatusCode status, ulong address)
    {
        var code = ToAArch64(status);
        var esr = Class(context, ExceptionClass.InstructionAbortSameEl) | IL | (uint)code.Value;
        return Abort(context, esr, code, address, addressNotValid: false);
    }

    /// <summary>
    /// The exception of an UNDEFINED instruction (EC 0, "unknown reason"): the answer to an instruction that is not to
    /// exist for the guest. IL is 1 whatever the instruction's length; FAR is not written.
    /// </summary>
    /// <param name="context">The state at the instruction and the target's registers.</param>
    public static AArch64ExceptionEntry Undefined(in AArch64ExceptionContext context) =>
        new(context, ((uint)ExceptionClass.Unknown << ExceptionClassShift) | IL, far: null, vector: 0);

    /// <summary>An SP alignment fault (EC 0x26): a load or store used a misaligned SP as its base while SCTLR_ELx.SA or SA0 checks it.</summary>
    /// <param name="context">The state at the instruction and the target's registers.</param>
    public static AArch64ExceptionEntry SPAlignment(in AArch64ExceptionContext context) =>
        new(context, ((uint)ExceptionClass.SPAlignment << ExceptionClassShift) | IL, far: null, vector: 0);

    /// <summary>
    /// Which Exception level takes the exception that an emulated instruction ended with. For a guest without an EL2 of its own it is
    /// EL1.
    /// </summary>
    /// <param name="pstate">PSTATE at the instruction, in SPSR_ELx layout.</param>
    /// <param name="hcr">HCR_EL2 of the vCPU's own EL2: TGE (bit 27) and TEA (bit 37); 0 for a vCPU without one.</param>
    /// <param name="fault">The fault that the emulation reported.</param>
    /// <param name="hcrx">HCRX_EL2, where it is implemented: MCE2 (bit 10).</param>
    /// <returns>1 or 2, for <see cref="AArch64ExceptionContext"/>.</returns>
    /// <remarks>The routing of AArch64.Abort(), AArch64.Undefined() and their kind; HCRX_EL2.TMEA is not known here.</remarks>
    public static int GetTargetLevel(ulong pstate, ulong hcr, in EmulationFault fault, ulong hcrx = 0)
    {
        const ulong Tea = 1ul << 37;
        const ulong Mce2 = 1ul << 10;
        switch (ProcessorState.ExceptionLevel(pstate))
        {
            case 2:
                return 2;
            case 0 when (hcr & HcrTge) != 0:
                return 2;
            case 1 when fault.Reason == FaultReason.MemoryCopyOrSet && (hcrx & Mce2) != 0:
                return 2;
            default:
                return fault.Reason == FaultReason.DataAbort && fault.StatusCode.IsExternalAbort && (hcr & Tea) != 0 ? 2 : 1;
        }
    }

    /// <summary>
    /// The exception that an emulated instruction ended with. A Data Abort whose status code is reserved, or is none that ESR_ELx
    /// has, is taken as a synchronous External abort.
    /// </summary>
    /// <param name="context">The state at the instruction and the target's registers.</param>
    /// <param name="fault">The fault that the emulation reported.</param>
    /// <exception cref="ArgumentException">The fault is none (<see cref="FaultReason.None"/>).</exception>
    public static AArch64ExceptionEntry For(in AArch64ExceptionContext context, in EmulationFault fault) => fault.Reason switch
    {
        FaultReason.DataAbort => DataAbort(
            context,
            new DataFault(
                fault,
                TryConvert(fault.StatusCode, out _) ? fault.StatusCode : FaultStatusCode.SynchronousExternalAbort)),
        FaultReason.UndefinedInstruction => Undefined(context),
        FaultReason.StackPointerAlignment => SPAlignment(context),
        FaultReason.PointerAuthentication => A64Only(context, ExceptionClass.PointerAuthenticationFailure, fault.Syndrome),
        FaultReason.MemoryCopyOrSet => A64Only(context, ExceptionClass.MemoryOperation, fault.Syndrome),
        FaultReason.GuardedControlStack => A64Only(context, ExceptionClass.GuardedControlStack, fault.Syndrome),
        _ => throw new ArgumentException("There is no fault to take.", nameof(fault)),
    };

    /// <summary>Any other synchronous exception whose syndrome the caller composes.</summary>
    /// <param name="context">The state at the instruction and the target's registers.</param>
    /// <param name="esr">ESR_ELx.</param>
    /// <param name="far">FAR_ELx, or null where the exception leaves it UNKNOWN.</param>
    public static AArch64ExceptionEntry Synchronous(in AArch64ExceptionContext context, ulong esr, ulong? far = null) =>
        new(context, esr, far, vector: 0);

    private static AArch64ExceptionEntry Abort(
        in AArch64ExceptionContext context, ulong esr, FaultStatusCode status, ulong address, bool addressNotValid)
    {
        ulong? far = address;
        if (addressNotValid && status.Kind == FaultKind.SynchronousExternalAbort)
        {
            esr |= FnV;
            far = null;
        }

        // AArch64.RouteToSErrorOffset()
        var vector = status.IsExternalAbort && (context.Sctlr2 & Sctlr2Ease) != 0 ? SErrorOffset : 0;
        return new AArch64ExceptionEntry(context, esr, far, vector);
    }

    // A64 instructions are 32 bits long, so IL is 1.
    private static AArch64ExceptionEntry A64Only(
        in AArch64ExceptionContext context, ExceptionClass exceptionClass, uint iss) =>
        Synchronous(context, ((uint)exceptionClass << ExceptionClassShift) | IL | iss);

    // The classes of aborts come in pairs: the one without a change in Exception level is the higher number.
    private static uint Class(in AArch64ExceptionContext context, ExceptionClass sameLevel)
    {
        var isSame = ProcessorState.ExceptionLevel(context.PState) == context.TargetLevel;
        return ((uint)sameLevel - (isSame ? 0u : 1u)) << ExceptionClassShift;
    }

    private static FaultStatusCode ToAArch64(FaultStatusCode status) =>
        TryConvert(status, out var code)
            ? code
            : throw new ArgumentException("AArch64 has no code for this fault.", nameof(status));

    // The codes of Domain faults are those of PAR_EL1; ESR_ELx has none.
    private static bool TryConvert(FaultStatusCode status, out FaultStatusCode code) =>
        status.TryConvert(FaultStatusFormat.AArch64, out code) && code.Kind != FaultKind.Domain;

    private static bool IsFromHostEL0(in AArch64ExceptionContext context) =>
        (context.Hcr & (HcrE2H | HcrTge)) == (HcrE2H | HcrTge);

    private static int OriginOffset(in AArch64ExceptionContext context)
    {
        var currentLevel = ProcessorState.ExceptionLevel(context.PState);
        if (currentLevel == context.TargetLevel)
        {
            return (context.PState & ProcessorState.SP) != 0 ? 0x200 : 0x000;
        }

        // The width that counts is that of the level below the target, which is EL1's for an exception from EL0 to EL2,
        // unless EL2 is the host of that EL0.
        var lowerIsAArch32 = (context.PState & ProcessorState.NotRW) != 0;
        if (lowerIsAArch32 && currentLevel == 0 && context.TargetLevel == 2 && !IsFromHostEL0(context))
        {
            lowerIsAArch32 = (context.Hcr & HcrRW) == 0;
        }

        return lowerIsAArch32 ? 0x600 : 0x400;
    }

    private static ulong SavedState(in AArch64ExceptionContext context)
    {
        // BTYPE is saved as it is: for data aborts the architecture allows 0 as well. UINJ alone is never saved.
        var spsr = context.PState & ~ProcessorState.UInj;
        if (context.TargetLevel == 1 && ProcessorState.ExceptionLevel(spsr) == 1)
        {
            // A guest hypervisor that runs at EL1 under nested virtualization is shown EL2.
            var nested = context.Hcr & (HcrNV | HcrNV1 | HcrNV2);
            if ((nested & (HcrNV | HcrNV1)) == HcrNV || nested == (HcrNV | HcrNV1 | HcrNV2))
            {
                spsr = (spsr & ~0xCul) | (2ul << 2);
            }
        }

        return spsr;
    }

    private static ulong NewState(in AArch64ExceptionContext context)
    {
        // Kept: the flags, DIT and PAN. UAO, SS, IL, BTYPE, PPEND, PACM, UINJ and all that only AArch32 has become 0.
        var pstate = context.PState & (ProcessorState.Nzcv | ProcessorState.Dit | ProcessorState.Pan);
        pstate |= ((ulong)context.TargetLevel << 2) | ProcessorState.SP;
        pstate |= ProcessorState.D | ProcessorState.A | ProcessorState.I | ProcessorState.F;

        var features = context.Features;
        if ((features & PstateFeatures.Pan) != 0 && (context.Sctlr & SctlrSpan) == 0
            && (context.TargetLevel == 1 || IsFromHostEL0(context)))
        {
            pstate |= ProcessorState.Pan;
        }

        if ((features & PstateFeatures.Ssbs) != 0 && (context.Sctlr & SctlrDssbs) != 0)
        {
            pstate |= ProcessorState.Ssbs;
        }

        if ((features & PstateFeatures.Mte) != 0)
        {
            pstate |= ProcessorState.Tco;
        }

        if ((features & PstateFeatures.Nmi) != 0 && (context.Sctlr & SctlrSpIntMask) == 0)
        {
            pstate |= ProcessorState.AllInt;
        }

        if ((features & PstateFeatures.PM) != 0)
        {
            pstate |= ProcessorState.PM;
        }

        if (context.ExceptionLockEnabled && ProcessorState.ExceptionLevel(context.PState) == context.TargetLevel)
        {
            pstate |= ProcessorState.ExLock;
        }

        return pstate;
    }

    /// <summary>The exception in a line: "to EL1: ESR 0x96000050, FAR 0x9000118, PC 0x80200".</summary>
    /// <returns>The text.</returns>
    public override string ToString() => FormattableString.Invariant($"to EL{TargetLevel}: ESR 0x{Esr:x}, FAR {(Far is { } far ? FormattableString.Invariant($"0x{far:x}") : "unchanged")}, ELR 0x{Elr:x}, SPSR 0x{Spsr:x}, PSTATE 0x{PState:x}, PC 0x{Pc:x}");
}
