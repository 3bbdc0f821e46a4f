using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Handling;

/// <content>How an exit ends.</content>
public sealed partial class ExitHandler
{
    private bool HasFault => _status == ExitStatus.GuestFault || (_status == ExitStatus.NotInstructionAccess && _action == ExitAction.InjectFault);

    private void CommitAccess()
    {
        if (_translator.IsAbandoned)
        {
            _status = ExitStatus.Abandoned;
            return;
        }

        switch (_plan.Commit(_registers))
        {
            case EmulationStatus.Completed:
                _status = ExitStatus.Completed;
                break;
            case EmulationStatus.Continue:
                _status = ExitStatus.Continue;
                break;
            case EmulationStatus.Abandoned:
                _status = ExitStatus.Abandoned;
                break;
            case EmulationStatus.Fault when _translator.HasUndeliverableFault:
                Conclude(Verdict.NotEmulated(ExitReason.TranslationNotSupported));
                break;
            case EmulationStatus.Fault:
                ExitReason reason = _translator.HasFaulted ? ExitReason.OtherPartNotTranslated : ExitReason.DeviceRefused;
                Conclude(Fault(reason, PlanFault));
                break;
            default:
                Conclude(Verdict.NotEmulated(ExitReason.InstructionNotEmulated));
                break;
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
