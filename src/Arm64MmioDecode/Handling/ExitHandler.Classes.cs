using System.Runtime.CompilerServices;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <content>What the abort is about, and what is answered when it is no access of the instruction.</content>
public sealed partial class ExitHandler
{
    // Whether there is an access to perform.
    private bool BeginExit(in DataAbortExit exit)
    {
        exit.CopyTo(ref _exit);
        _hasAccess = false;
        _hasInstructionAddress = false;
        _hasTrapped = false;
        _isReported = false;
        _rangeCount = 0;
        _fetchStatus = FetchStatus.NotAvailable;
        if (_hasOtherFetch)
        {
            _hasOtherFetch = false;
            _otherFetch = default;
        }

        _pstate = _registers.ReadPState();
        if (_hasGuestState)
        {
            ResetOptions();
        }

        _status = ExitStatus.Pending;
        _reason = ExitReason.None;
        _class = default;
        _action = default;
        _notEmulatedReason = NotEmulatedReason.None;
        _translator.Begin(_pstate);
        _isPlain = exit.IsPlain;
        Verdict begun = !_isPlain ? BeginOfClass()
            : !exit.HasValidSyndrome ? BeginInstruction()
            : _isAtOnce && TryTransferReported(out Verdict transferred) ? transferred
            : BeginAccess();
        if (begun.IsGoOn)
        {
            return true;
        }

        Conclude(begun);
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Verdict BeginOfClass()
    {
        DataAbortClass abortClass = _exit.Syndrome.Class;
        return !_exit.Syndrome.IsGuestExit ? NotInstructionAccess(abortClass, ExitAction.HandOver) : abortClass switch
        {
            DataAbortClass.InstructionAccess => BeginAccess(),
            DataAbortClass.CacheMaintenance => BeginCacheMaintenance(),
            DataAbortClass.UnsupportedExclusiveOrAtomic => BeginInstruction(),
            _ => BeginOther(abortClass),
        };
    }

    // Cache maintenance transfers nothing, and there is no cache over a device: after the same checks it completes.
    private Verdict BeginCacheMaintenance()
    {
        Verdict fetched = FetchInstruction();
        if (_fetchStatus != FetchStatus.NotAvailable)
        {
            if (!fetched.IsGoOn)
            {
                return fetched;
            }

            if (Decode() == DecodeStatus.MemoryAccess)
            {
                return _access.Kind != AccessKind.CacheMaintenance ? Verdict.Retry(ExitReason.KindDiffers)
                    : _options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? BeginDecoded()
                    : NotInstructionAccess(DataAbortClass.CacheMaintenance, ExitAction.SkipInstruction);
            }

            if (InstructionFetcher.GetInstructionSet(_pstate) == InstructionSet.A64)
            {
                return Verdict.Retry(ExitReason.KindDiffers);
            }
        }

        // No opcode, or an MCR of AArch32: the embedder decides.
        return NotInstructionAccess(DataAbortClass.CacheMaintenance, ExitAction.SkipInstruction);
    }

    private Verdict BeginOther(DataAbortClass abortClass)
    {
        switch (abortClass)
        {
            case DataAbortClass.TranslationTableWalk:
                return BeginTableWalk();
            case DataAbortClass.Alignment:
            case DataAbortClass.TagCheck:
            case DataAbortClass.ExternalAbort:
            case DataAbortClass.ExternalAbortOnWalk:
                return NotInstructionAccess(abortClass, ExitAction.InjectFault, FaultOf(_exit.Syndrome.Dfsc));
            case DataAbortClass.GuardedControlStack:
            case DataAbortClass.NestedVirtualization:
                return NotInstructionAccess(abortClass, ExitAction.MapMemory);
            case DataAbortClass.UnsupportedAtomicHardwareUpdate:
            case DataAbortClass.DirtyStateTracking:
            case DataAbortClass.AddressSize:
            case DataAbortClass.GranuleProtection:
            case DataAbortClass.TlbConflict:
            case DataAbortClass.Lockdown:
                return NotInstructionAccess(abortClass, ExitAction.RepairHypervisor);
            default:
                return NotInstructionAccess(abortClass, ExitAction.HandOver);
        }
    }

    // The guest's tables lie where there is no memory: what a processor without stage 2 would report is an External abort on
    // the walk. A walk tells the level; if it does not fail, the tables have moved, or their memory has come.
    private Verdict BeginTableWalk()
    {
        if (_exit.Syndrome.WnR)
        {
            // The hardware wanted to set an Access flag or dirty state in memory that is read-only.
            return NotInstructionAccess(DataAbortClass.TranslationTableWalk, ExitAction.MapMemory);
        }

        FaultStatusCode code = FaultStatusCode.SynchronousExternalAbort;
        if (_exit.FaultAddress is { } far && _translator.CanTranslate)
        {
            TranslationResult result = _translator.Translate(far, PageAccess.Read);
            if (result.Fault is { Kind: TranslationFaultKind.ExternalAbortOnWalk, IsStage2: true })
            {
                return Verdict.NotEmulated(ExitReason.TranslationNotSupported); // that of its hypervisor
            }

            if (result.Fault.Kind == TranslationFaultKind.ExternalAbortOnWalk)
            {
                code = new FaultStatusCode(result.Fault.FaultStatusCode);
            }
            else if (result.Fault.Kind != TranslationFaultKind.NotSupported)
            {
                return Verdict.Retry(ExitReason.IsMemory);
            }
        }

        return NotInstructionAccess(DataAbortClass.TranslationTableWalk, ExitAction.InjectFault, FaultOf(code));
    }

    private Verdict NotInstructionAccess(DataAbortClass abortClass, ExitAction action, in EmulationFault fault = default)
    {
        _class = abortClass;
        _action = action;
        _guestFault = fault;
        return Verdict.NotInstructionAccess;
    }

    private EmulationFault FaultOf(FaultStatusCode code)
    {
        EmulationFault fault = _exit.FaultAddress is { } far ? EmulationFault.DataAbort(code, far, _exit.Syndrome.WnR)
            : code == FaultStatusCode.SynchronousExternalAbort ? EmulationFault.ExternalAbortWithoutAddress(_exit.Syndrome.WnR)
            : EmulationFault.DataAbort(code, 0, _exit.Syndrome.WnR);
        return _exit.Syndrome.CM ? fault.OfCacheMaintenance() : fault;
    }
}
