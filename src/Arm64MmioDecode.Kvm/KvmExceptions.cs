using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;

namespace Arm64MmioDecode.Kvm;

/// <summary>Delivers an exception to the guest's EL1, or to the EL2 of a guest that has one, by writing the registers that taking it changes. Unlike
/// <see cref="KvmVirtualCpu.InjectExternalDataAbort"/> the VMM chooses syndrome and address.</summary>
public static class KvmExceptions
{
    private const ulong ExceptionLockEnable = 1 << 6; // GCSCR_EL1.EXLOCKEN
    private const ulong LowerHalf = 0xffff_ffff;

    private static readonly KvmRegisterId s_hcrEl2 = KvmRegisterId.System(3, 4, 1, 1, 0);

    private static readonly EntryRegisters s_el1 = new(
        KvmRegisterId.VbarEl1,
        KvmRegisterId.SctlrEl1,
        KvmRegisterId.Sctlr2El1,
        KvmRegisterId.GcscrEl1,
        KvmRegisterId.EsrEl1,
        KvmRegisterId.FarEl1,
        KvmRegisterId.ElrEl1,
        KvmRegisterId.SpsrEl1);

    private static readonly EntryRegisters s_el2 = new(
        KvmRegisterId.System(3, 4, 12, 0, 0),
        KvmRegisterId.System(3, 4, 1, 0, 0),
        KvmRegisterId.System(3, 4, 1, 0, 3),
        KvmRegisterId.System(3, 4, 2, 5, 0),
        KvmRegisterId.System(3, 4, 5, 2, 0),
        KvmRegisterId.System(3, 4, 6, 0, 0),
        KvmRegisterId.System(3, 4, 4, 0, 1),
        KvmRegisterId.System(3, 4, 4, 0, 0));

    /// <summary>Makes the guest take the exception with which an emulated instruction ended.</summary>
    /// <param name="registers">The CPU, still at the instruction. Commit its cache afterwards.</param>
    /// <param name="fault">The fault.</param>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">The fault is none, or one that the guest's Execution state does not have.</exception>
    public static void Take(KvmGuestRegisters registers, in EmulationFault fault)
    {
        ArgumentNullException.ThrowIfNull(registers);
        KvmRegisterCache cache = registers.Cache;
        if (registers.IsEl1AArch32)
        {
            uint vbar = (uint)cache.Read(KvmRegisterId.VbarEl1);
            uint sctlr = (uint)cache.Read(KvmRegisterId.SctlrEl1);
            var context = new AArch32ExceptionContext((uint)registers.PState, (uint)registers.Pc, vbar, sctlr, registers.HasLongDescriptors)
            {
                Features = registers.PstateFeatures,
            };
            Write(registers, AArch32ExceptionEntry.For(context, fault));
        }
        else
        {
            bool hasEl2 = (cache.Cpu.Features & KvmVcpuFeatures.HasEl2) != 0;
            ulong hcr = hasEl2 ? cache.Read(s_hcrEl2) : 0;
            int level = AArch64ExceptionEntry.GetTargetLevel(registers.PState, hcr, fault);
            EntryRegisters target = level == 2 ? s_el2 : s_el1;
            var context = new AArch64ExceptionContext(level, registers.PState, registers.Pc, cache.Read(target.Vbar), cache.Read(target.Sctlr))
            {
                Features = registers.PstateFeatures,
                Hcr = hcr,
                Sctlr2 = registers.HasSctlr2 ? cache.Read(target.Sctlr2) : 0,
                ExceptionLockEnabled = registers.HasGuardedControlStack && (cache.Read(target.Gcscr) & ExceptionLockEnable) != 0,
            };
            Write(registers, target, AArch64ExceptionEntry.For(context, fault));
        }
    }

    private static void Write(KvmGuestRegisters registers, EntryRegisters target, in AArch64ExceptionEntry entry)
    {
        KvmRegisterCache cache = registers.Cache;
        cache.Write(target.Esr, entry.Esr);
        if (entry.Far is { } far)
        {
            cache.Write(target.Far, far);
        }

        cache.Write(target.Elr, entry.Elr);
        cache.Write(target.Spsr, entry.Spsr);
        cache.Write(KvmRegisterId.PState, entry.PState);
        cache.Write(KvmRegisterId.Pc, entry.Pc);
    }

    private static void Write(KvmGuestRegisters registers, in AArch32ExceptionEntry entry)
    {
        const int UndefinedMode = 0x1b;
        KvmRegisterCache cache = registers.Cache;
        if (entry.FaultStatus is { } status)
        {
            cache.Write(KvmRegisterId.EsrEl1, status);
        }

        if (entry.FaultAddress is { } address)
        {
            // IFAR, in the upper half, stays.
            cache.Write(KvmRegisterId.FarEl1, (cache.Read(KvmRegisterId.FarEl1) & ~LowerHalf) | address);
        }

        cache.Write(KvmRegisterId.X(entry.LRView), entry.LR);
        cache.Write(entry.Mode == UndefinedMode ? KvmRegisterId.SpsrUndefined : KvmRegisterId.SpsrAbort, entry.Spsr);
        cache.Write(KvmRegisterId.PState, entry.Cpsr);
        cache.Write(KvmRegisterId.Pc, entry.Pc);
    }

    // What taking an exception to AArch64 EL1 or EL2 reads and writes.
    private sealed record EntryRegisters(
        KvmRegisterId Vbar,
        KvmRegisterId Sctlr,
        KvmRegisterId Sctlr2,
        KvmRegisterId Gcscr,
        KvmRegisterId Esr,
        KvmRegisterId Far,
        KvmRegisterId Elr,
        KvmRegisterId Spsr);
}
