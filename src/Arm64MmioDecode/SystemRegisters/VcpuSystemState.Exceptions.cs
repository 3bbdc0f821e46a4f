using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.SystemRegisters;

/// <content>Taking an exception.</content>
public sealed partial class VcpuSystemState
{
    /// <summary>
    /// Makes the vCPU take the exception that an exit ended with (<see cref="Handling.ExitStatus.GuestFault"/>,
    /// <see cref="Handling.ExitAction.InjectFault"/>): writes the registers that exception entry changes, and PSTATE and PC. It goes to EL1,
    /// or where <see cref="AArch64ExceptionEntry.GetTargetLevel"/> says of a vCPU with an EL2 of its own.
    /// </summary>
    /// <param name="fault">The fault: <see cref="Handling.ExitOutcome.Fault"/>, or one of the embedder's own.</param>
    /// <returns>Whether it was delivered: false, with nothing written, when VBAR, SCTLR, or in AArch32 TTBCR cannot be read.</returns>
    /// <exception cref="ArgumentException">The fault is none, or one that the guest's Execution state does not have.</exception>
    /// <exception cref="InvalidOperationException">The vCPU is in a mode that takes no exception to EL1 or EL2 (EL3, Monitor mode, Hyp mode).</exception>
    public bool Inject(in EmulationFault fault)
    {
        const ulong NotRW = 1 << 4;
        var reader = new Reader(_system);
        ulong hcr = HasEL2 ? reader.Read(SystemRegisterId.HcrEl2) : 0;
        ulong hcrx = reader.ReadIf(HasEL2 && _hasHcrx && (_hasSctlr2 || fault.Reason == FaultReason.MemoryCopyOrSet), SystemRegisterId.HcrxEl2);
        ulong pstate = _registers.PState;
        int level = AArch64ExceptionEntry.GetTargetLevel(pstate, hcr, fault, hcrx);

        // Below an AArch32 EL1 there is no AArch64, whatever a guest hypervisor has in HCR_EL2.
        bool isEL1AArch32 = (pstate & NotRW) != 0 && (HasEL2 ? (hcr & HcrRW) == 0 : IsEL1AArch32);
        return isEL1AArch32 && level == 1 ? InjectAArch32(fault, pstate, ref reader) : InjectAArch64(fault, pstate, hcr, hcrx, level, ref reader);
    }

    private bool InjectAArch64(in EmulationFault fault, ulong pstate, ulong hcr, ulong hcrx, int level, ref Reader reader)
    {
        const ulong ExceptionLockEnable = 1 << 6; // GCSCR_ELx.EXLOCKEN
        const ulong Sctlr2En = 1 << 15; // HCRX_EL2: without it a guest hypervisor's guest has no SCTLR2_EL1 (IsSCTLR2EL1Enabled())
        bool isEL2 = level == 2;
        bool isSctlr2Enabled = _hasSctlr2 && (isEL2 || !HasEL2 || (hcrx & Sctlr2En) != 0);
        ulong vbar = reader.Read(isEL2 ? SystemRegisterId.VbarEl2 : SystemRegisterId.VbarEl1);
        ulong sctlr = reader.Read(isEL2 ? SystemRegisterId.SctlrEl2 : SystemRegisterId.SctlrEl1);
        ulong sctlr2 = reader.ReadIf(isSctlr2Enabled, isEL2 ? SystemRegisterId.Sctlr2El2 : SystemRegisterId.Sctlr2El1);
        ulong gcscr = reader.ReadIf(_hasGuardedControlStack, isEL2 ? SystemRegisterId.GcscrEl2 : SystemRegisterId.GcscrEl1);
        if (reader.Failed)
        {
            return false;
        }

        AArch64ExceptionEntry entry;
        try
        {
            var context = new AArch64ExceptionContext(level, pstate, _registers.Pc, vbar, sctlr)
            {
                Features = PstateFeatures,
                Hcr = hcr,
                Sctlr2 = sctlr2,
                ExceptionLockEnabled = (gcscr & ExceptionLockEnable) != 0,
            };
            entry = AArch64ExceptionEntry.For(context, fault);
        }
        catch (ArgumentException exception) when (exception.ParamName != nameof(fault))
        {
            throw Unsupported(pstate, exception);
        }

        _system.Write(isEL2 ? SystemRegisterId.EsrEl2 : SystemRegisterId.EsrEl1, entry.Esr);
        if (entry.Far is { } far)
        {
            _system.Write(isEL2 ? SystemRegisterId.FarEl2 : SystemRegisterId.FarEl1, far);
        }

        _system.Write(isEL2 ? SystemRegisterId.ElrEl2 : SystemRegisterId.ElrEl1, entry.Elr);
        _system.Write(isEL2 ? SystemRegisterId.SpsrEl2 : SystemRegisterId.SpsrEl1, entry.Spsr);

        // PSTATE first: an interface may cut PC to 32 bits while PSTATE is that of AArch32.
        _registers.PState = entry.PState;
        _registers.Pc = entry.Pc;
        return true;
    }

    private bool InjectAArch32(in EmulationFault fault, ulong pstate, ref Reader reader)
    {
        const ulong LowerHalf = uint.MaxValue;
        ulong vbar = reader.Read(SystemRegisterId.VbarEl1);
        ulong sctlr = reader.Read(SystemRegisterId.SctlrEl1);
        ulong ttbcr = reader.Read(SystemRegisterId.TcrEl1);
        ulong far = reader.Read(SystemRegisterId.FarEl1);
        if (reader.Failed)
        {
            return false;
        }

        AArch32ExceptionEntry entry;
        try
        {
            var context = new AArch32ExceptionContext((uint)pstate, (uint)_registers.Pc, (uint)vbar, (uint)sctlr, (ttbcr & ExtendedAddresses) != 0)
            {
                Features = PstateFeatures,
            };
            entry = AArch32ExceptionEntry.For(context, fault);
        }
        catch (ArgumentException exception) when (exception.ParamName != nameof(fault))
        {
            throw Unsupported(pstate, exception);
        }

        if (entry.FaultStatus is { } status)
        {
            _system.Write(SystemRegisterId.EsrEl1, status); // DFSR
        }

        if (entry.FaultAddress is { } address)
        {
            _system.Write(SystemRegisterId.FarEl1, (far & ~LowerHalf) | address); // DFAR; IFAR stays
        }

        _system.Write(entry.Mode == AArch32RegisterView.UndefinedMode ? SystemRegisterId.SpsrUnd : SystemRegisterId.SpsrAbt, entry.Spsr);
        _registers.SetX(entry.LRView, entry.LR);
        _registers.PState = entry.Cpsr;
        _registers.Pc = entry.Pc;
        return true;
    }

    private static InvalidOperationException Unsupported(ulong pstate, Exception inner) =>
        new(FormattableString.Invariant($"a vCPU with PSTATE 0x{pstate:x} takes no exception to EL1 or EL2; if its EL1 is AArch32, isEL1AArch32 is to say so"), inner);
}
