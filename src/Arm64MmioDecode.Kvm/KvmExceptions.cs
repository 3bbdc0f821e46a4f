using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;

namespace Arm64MmioDecode.Kvm;

/// <summary>Delivers an exception to the guest's EL1 by writing the registers that taking it changes. Unlike
/// <see cref="KvmVirtualCpu.InjectExternalDataAbort"/> the VMM chooses syndrome and address.</summary>
public static class KvmExceptions
{
    private const ulong ExceptionLockEnable = 1 << 6; // GCSCR_EL1.EXLOCKEN
    private const ulong LowerHalf = 0xffff_ffff;

    /// <summary>Makes the guest take the exception with which an emulated instruction ended.</summary>
    /// <param name="registers">The CPU, still at the instruction. Commit its cache afterwards.</param>
    /// <param name="fault">The fault.</param>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">The fault is none, or one that the guest's Execution state does not have.</exception>
    public static void Take(KvmGuestRegisters registers, in EmulationFault fault)
    {
        ArgumentNullException.ThrowIfNull(registers);
        KvmRegisterCache cache = registers.Cache;
        ulong vbar = cache.Read(KvmRegisterId.VbarEl1);
        ulong sctlr = cache.Read(KvmRegisterId.SctlrEl1);
        if (registers.IsEl1AArch32)
        {
            var context = new AArch32ExceptionContext(
                (uint)registers.PState, (uint)registers.Pc, (uint)vbar, (uint)sctlr, registers.HasLongDescriptors)
            {
                Features = registers.PstateFeatures,
            };
            Write(registers, AArch32ExceptionEntry.For(context, fault));
        }
        else
        {
            var context = new AArch64ExceptionContext(1, registers.PState, registers.Pc, vbar, sctlr)
            {
                Features = registers.PstateFeatures,
                Sctlr2 = registers.HasSctlr2 ? cache.Read(KvmRegisterId.Sctlr2El1) : 0,
                ExceptionLockEnabled = registers.HasGuardedControlStack && (cache.Read(KvmRegisterId.GcscrEl1) & ExceptionLockEnable) != 0,
            };
            Write(registers, AArch64ExceptionEntry.For(context, fault));
        }
    }

    private static void Write(KvmGuestRegisters registers, in AArch64ExceptionEntry entry)
    {
        KvmRegisterCache cache = registers.Cache;
        cache.Write(KvmRegisterId.EsrEl1, entry.Esr);
        if (entry.Far is { } far)
        {
            cache.Write(KvmRegisterId.FarEl1, far);
        }

        cache.Write(KvmRegisterId.ElrEl1, entry.Elr);
        cache.Write(KvmRegisterId.SpsrEl1, entry.Spsr);
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
}
