using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <content>How an exit ends.</content>
public sealed partial class ExitHandler
{
    private bool HasFault => _status == ExitStatus.GuestFault || (_status == ExitStatus.NotInstructionAccess && _action == ExitAction.InjectFault);

    // All transactions have been performed, or one was refused.
    private Verdict CommitAccess()
    {
        if (_translator.IsAbandoned)
        {
            return Verdict.Abandoned;
        }

        switch (_plan.Commit(_registers))
        {
            case EmulationStatus.Completed:
                return Verdict.Completed;
            case EmulationStatus.Continue:
                return Verdict.Continue;
            case EmulationStatus.Abandoned:
                return Verdict.Abandoned;
            case EmulationStatus.Fault:
                return _translator.HasUndeliverableFault ? Verdict.NotEmulated(ExitReason.TranslationNotSupported)
                    : Fault(_translator.HasFaulted ? ExitReason.OtherPartNotTranslated : ExitReason.DeviceRefused, PlanFault);
            default:
                return Verdict.NotEmulated(ExitReason.InstructionNotEmulated);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Conclude(Verdict verdict)
    {
        _reason = verdict.Reason;
        _status = verdict.Status;
        if (_status == ExitStatus.NotEmulated)
        {
            ConcludeUnsupported();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ConcludeUnsupported()
    {
        switch (_policies.Unsupported)
        {
            case UnsupportedPolicy.ExternalAbort:
                _status = ExitStatus.GuestFault;
                _guestFault = FaultOf(FaultStatusCode.SynchronousExternalAbort);
                break;
            case UnsupportedPolicy.Undefined:
                _status = ExitStatus.GuestFault;
                _guestFault = EmulationFault.Exception(FaultReason.UndefinedInstruction);
                break;
            default:
                _notEmulatedReason = _reason == ExitReason.InstructionNotEmulated ? _plan.NotEmulatedReason : NotEmulatedReason.None;
                break;
        }
    }

    // What a syndrome without FAR describes is performed at the IPA, an address that the guest does not know.
    private EmulationFault PlanFault => _exit.FaultAddress is null && _access.AddressingMode == AddressingMode.Reported && _plan.Fault.Reason == FaultReason.DataAbort
        ? FaultOf(_plan.Fault.StatusCode)
        : _plan.Fault;

    private Verdict Fault(ExitReason reason, in EmulationFault fault)
    {
        _guestFault = fault;
        return Verdict.GuestFault(reason);
    }
}
