using System;

namespace Arm64MmioDecode.Exceptions;

/// <summary>
/// The bits of PSTATE as SPSR_ELx lays them out, for exceptions from AArch64 and from AArch32. It is the layout in
/// which hypervisors hold a vCPU's PSTATE (KVM's <c>regs.pstate</c>, Hypervisor.framework's CPSR).
/// </summary>
internal static class ProcessorState
{
    /// <summary>M[3:0] of AArch64 (EL and SP), M[4:0] with nRW of AArch32.</summary>
    public const ulong ModeMask = 0x1F;

    /// <summary>M[4], nRW: the state is AArch32.</summary>
    public const ulong NotRW = 1ul << 4;

    /// <summary>AArch64: PSTATE.SP, the level's own stack pointer.</summary>
    public const ulong SP = 1ul << 0;

    /// <summary>AArch32: T32.</summary>
    public const ulong T = 1ul << 5;

    /// <summary>F.</summary>
    public const ulong F = 1ul << 6;

    /// <summary>I.</summary>
    public const ulong I = 1ul << 7;

    /// <summary>A.</summary>
    public const ulong A = 1ul << 8;

    /// <summary>AArch64: D.</summary>
    public const ulong D = 1ul << 9;

    /// <summary>AArch32: E, big-endian data.</summary>
    public const ulong E = 1ul << 9;

    /// <summary>AArch64: SSBS.</summary>
    public const ulong Ssbs = 1ul << 12;

    /// <summary>AArch64: ALLINT.</summary>
    public const ulong AllInt = 1ul << 13;

    /// <summary>AArch32: GE[3:0].</summary>
    public const ulong GE = 0xFul << 16;

    /// <summary>SS, software step; the AArch32 view of an SPSR has DIT here.</summary>
    public const ulong SS = 1ul << 21;

    /// <summary>PAN.</summary>
    public const ulong Pan = 1ul << 22;

    /// <summary>AArch32: SSBS.</summary>
    public const ulong SsbsAArch32 = 1ul << 23;

    /// <summary>DIT.</summary>
    public const ulong Dit = 1ul << 24;

    /// <summary>AArch64: TCO.</summary>
    public const ulong Tco = 1ul << 25;

    /// <summary>AArch32: Q, the cumulative saturation bit.</summary>
    public const ulong Q = 1ul << 27;

    /// <summary>N, Z, C, V.</summary>
    public const ulong Nzcv = 0xFul << 28;

    /// <summary>AArch64: PM.</summary>
    public const ulong PM = 1ul << 32;

    /// <summary>AArch64: EXLOCK.</summary>
    public const ulong ExLock = 1ul << 34;

    /// <summary>AArch64: UINJ.</summary>
    public const ulong UInj = 1ul << 36;

    /// <summary>The Exception level of a state, 0 to 3; −1 for AArch32 Monitor mode and reserved mode numbers.</summary>
    public static int ExceptionLevel(ulong pstate) => (pstate & NotRW) == 0
        ? (int)(pstate >> 2) & 3
        : (int)(pstate & ModeMask) switch
        {
            0x10 => 0,
            0x11 or 0x12 or 0x13 or 0x17 or 0x1B or 0x1F => 1,
            0x1A => 2,
            _ => -1,
        };

    /// <summary>Throws for a state that cannot take an exception to EL1 or EL2 here.</summary>
    public static int RequireExceptionLevel(ulong pstate, string parameter)
    {
        var level = ExceptionLevel(pstate);
        return level is 0 or 1 or 2
            ? level
            : throw new ArgumentException("PSTATE.M is not a mode of EL0, EL1 or EL2.", parameter);
    }
}
