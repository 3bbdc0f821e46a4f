using System;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>How the execution of a case ended.</summary>
public enum Outcome
{
    /// <summary>The instructions were executed; <see cref="MachineState.Pc"/> is where execution would go on.</summary>
    Completed,

    /// <summary>An access to an address that is not mapped.</summary>
    TranslationFault,

    /// <summary>A write to a read-only page.</summary>
    PermissionFault,

    AlignmentFault,

    /// <summary>The machine does not know the instruction or does not allow it.</summary>
    Undefined,

    /// <summary>The instructions did not end by themselves.</summary>
    Stuck,
}

/// <summary>All that an instruction can see and change, before or after it ran.</summary>
public sealed class MachineState
{
    /// <summary>X0–X30; in AArch32 R0–R14 are the first fifteen, and the upper halves are 0.</summary>
    public ulong[] X { get; } = new ulong[31];

    /// <summary>The A64 stack pointer; 0 in AArch32, whose SP is <see cref="X"/>[13].</summary>
    public ulong Sp { get; set; }

    public ulong Pc { get; set; }

    /// <summary>SPSR layout: NZCV and, in AArch32, all of the CPSR with ITSTATE, T and E.</summary>
    public uint PState { get; set; }

    /// <summary>The A64 FPSR; the AArch32 FPSCR.</summary>
    public uint Fpsr { get; set; }

    /// <summary>The A64 FPCR; 0 in AArch32.</summary>
    public uint Fpcr { get; set; }

    /// <summary>V0–V31; in AArch32 Q0–Q15, D0 being the low half of Q0 and D1 its high half.</summary>
    public UInt128[] V { get; } = new UInt128[32];

    /// <summary>SVE state, when the case has it; the low 128 bits of each Z register are also in <see cref="V"/>.</summary>
    public SveState? Sve { get; set; }

    /// <summary>SME state, when the case has it beside <see cref="Sve"/>.</summary>
    public SmeState? Sme { get; set; }

    public GuestMemory Memory { get; private init; } = new();

    /// <summary>How the execution ended; <see cref="Outcome.Completed"/> in an initial state.</summary>
    public Outcome Outcome { get; set; }

    /// <summary>The address that faulted, when <see cref="Outcome"/> is a translation, permission or alignment fault.</summary>
    public ulong FaultAddress { get; set; }

    public MachineState Clone()
    {
        var copy = new MachineState
        {
            Sp = Sp,
            Pc = Pc,
            PState = PState,
            Fpsr = Fpsr,
            Fpcr = Fpcr,
            Sve = Sve?.Clone(),
            Sme = Sme?.Clone(),
            Memory = Memory.Clone(),
            Outcome = Outcome,
            FaultAddress = FaultAddress,
        };
        X.CopyTo(copy.X, 0);
        V.CopyTo(copy.V, 0);
        return copy;
    }
}
