using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Exceptions;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Native.Structures;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Native.Exports;

/// <summary>arm64mmio_exception_entry, and faults as structures.</summary>
internal static unsafe class FaultFunctions
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Enter(ExceptionContextStructure* context, RegistersStructure* registers, FaultStructure* fault, ExceptionStateStructure* destination)
    {
        int error = Versioned.Read(context, out ExceptionContextStructure target);
        error = error != ErrorCode.None ? error : Versioned.Check(registers);
        error = error != ErrorCode.None ? error : Versioned.Check(destination);
        if (error != ErrorCode.None)
        {
            return error;
        }

        if (fault == null || registers->Size < RegistersStructure.FirstSize)
        {
            return fault == null ? ErrorCode.Argument : ErrorCode.Size;
        }

        try
        {
            if (!TryGetFault(*fault, out EmulationFault exception))
            {
                return ErrorCode.Argument;
            }

            PstateFeatures features = PstateFeatureRegisters.Read(target.IdAa64Pfr1, target.IdAa64Mmfr1, 0, 0);
            int level = AArch64ExceptionEntry.GetTargetLevel(registers->PState, target.Hcr, exception, target.Hcrx);
            Versioned.Write(
                target.AArch32 != 0 && level == 1
                    ? AArch32(target, registers, exception, features)
                    : AArch64(level, target, registers, exception, features),
                destination);
            return ErrorCode.None;
        }
        catch (Exception exception)
        {
            return ErrorCode.Of(exception);
        }
    }

    public static void Fill(OutcomeStructure* result, in ExitOutcome outcome)
    {
        EmulationFault fault = outcome.Fault;
        result->Status = (byte)outcome.Status;
        result->Reason = (byte)outcome.Reason;
        result->AbortClass = (byte)outcome.Class;
        result->Action = (byte)outcome.Action;
        result->NotEmulatedReason = (byte)outcome.NotEmulatedReason;
        result->Fault.Address = fault.Address;
        result->Fault.Iss = fault.Syndrome;
        result->Fault.Reason = (byte)fault.Reason;
        result->Fault.Dfsc = (byte)fault.StatusCode.Value;
        result->Fault.IsWrite = Flag(fault.IsWrite);
        result->Fault.AddressNotValid = Flag(fault.AddressNotValid);
        result->Fault.Domain = (byte)fault.Domain;
    }

    private static bool TryGetFault(in FaultStructure given, out EmulationFault fault)
    {
        fault = default;
        if (given.Reason is 0 or > (byte)FaultReason.GuardedControlStack || given.Dfsc > 0x3F || given.Domain > 15)
        {
            return false;
        }

        fault = given.Reason != (byte)FaultReason.DataAbort ? EmulationFault.Exception((FaultReason)given.Reason, given.Iss)
            : given.AddressNotValid != 0 ? EmulationFault.ExternalAbortWithoutAddress(given.IsWrite != 0)
            : EmulationFault.DataAbort(new FaultStatusCode(given.Dfsc), given.Address, given.IsWrite != 0, given.Domain);
        return true;
    }

    private static ExceptionStateStructure AArch64(
        int level, in ExceptionContextStructure target, RegistersStructure* registers, in EmulationFault fault, PstateFeatures features)
    {
        const ulong ExceptionLockEnable = 1 << 6; // GCSCR_ELx.EXLOCKEN
        const ulong Sctlr2En = 1 << 15; // HCRX_EL2
        bool isEL2 = level == 2;
        bool isSctlr2Enabled = target.Hcr == 0 || (target.Hcrx & Sctlr2En) != 0;
        var context = new AArch64ExceptionContext(
            level, registers->PState, registers->Pc, isEL2 ? target.VbarEl2 : target.Vbar, isEL2 ? target.SctlrEl2 : target.Sctlr)
        {
            Sctlr2 = isEL2 ? target.Sctlr2El2 : isSctlr2Enabled ? target.Sctlr2 : 0,
            Hcr = target.Hcr,
            ExceptionLockEnabled = ((isEL2 ? target.GcscrEl2 : target.Gcscr) & ExceptionLockEnable) != 0,
            Features = features,
        };
        AArch64ExceptionEntry entry = AArch64ExceptionEntry.For(context, fault);
        return new ExceptionStateStructure
        {
            FarValid = Flag(entry.Far is not null),
            EsrValid = 1,
            Pc = entry.Pc,
            PState = entry.PState,
            Esr = entry.Esr,
            Far = entry.Far.GetValueOrDefault(),
            Elr = entry.Elr,
            Spsr = entry.Spsr,
            TargetLevel = (uint)level,
        };
    }

    private static ExceptionStateStructure AArch32(
        in ExceptionContextStructure target, RegistersStructure* registers, in EmulationFault fault, PstateFeatures features)
    {
        var context = new AArch32ExceptionContext(
            (uint)registers->PState, (uint)registers->Pc, (uint)target.Vbar, (uint)target.Sctlr, target.LongDescriptors != 0)
        {
            Features = features,
        };
        AArch32ExceptionEntry entry = AArch32ExceptionEntry.For(context, fault);
        return new ExceptionStateStructure
        {
            FarValid = Flag(entry.FaultAddress is not null),
            EsrValid = Flag(entry.FaultStatus is not null),
            LRNumber = (byte)entry.LRView,
            Mode = (byte)entry.Mode,
            Pc = entry.Pc,
            PState = entry.Cpsr,
            Esr = entry.FaultStatus.GetValueOrDefault(),
            Far = entry.FaultAddress.GetValueOrDefault(),
            Elr = entry.LR,
            Spsr = entry.Spsr,
            TargetLevel = 1,
        };
    }

    private static byte Flag(bool value) => value ? (byte)1 : (byte)0;
}
