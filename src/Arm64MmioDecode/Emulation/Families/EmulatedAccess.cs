using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>The instruction at hand and what has become of it: what the plan and all families share.</summary>
internal sealed class EmulatedAccess
{
    private AccessDescriptor _access;
    private EmulationOptions _options;
    private EmulationFault _fault;

    public EmulatedAccess(ExclusiveMonitor monitor, IPointerAuthentication? authentication)
    {
        Monitor = monitor;
        Authentication = authentication;
    }

    /// <summary>The elements of the present phase.</summary>
    public ElementSequence Sequence { get; } = new();

    public ExclusiveMonitor Monitor { get; }

    public IPointerAuthentication? Authentication { get; }

    public ref readonly AccessDescriptor Access => ref _access;

    public ref readonly EmulationOptions Options => ref _options;

    public ref readonly EmulationFault Fault => ref _fault;

    public EmulationStatus Status { get; set; } = EmulationStatus.NotEmulated;

    public NotEmulatedReason NotEmulatedReason { get; private set; } = NotEmulatedReason.NotMemoryAccess;

    public UndefinedReason UndefinedReason { get; private set; }

    /// <summary>The address that the exit reports, for descriptors that were made from a syndrome.</summary>
    public ulong ReportedAddress { get; private set; }

    /// <summary>See <see cref="AccessPlan.HasPassedAlignmentCheck"/>.</summary>
    public bool HasPassedAlignmentCheck { get; set; }

    /// <summary>What the base register becomes.</summary>
    public ulong Writeback { get; set; }

    /// <summary>Takes the next instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Begin(in AccessDescriptor access, ulong reportedAddress, in EmulationOptions options)
    {
        ReportedAddress = reportedAddress;
        access.CopyTo(ref _access);
        _options = options;
        Status = EmulationStatus.Pending;
        NotEmulatedReason = NotEmulatedReason.None;
        UndefinedReason = UndefinedReason.None;
    }

    /// <summary>Takes an instruction that asks for nothing of the rest, and has not happened until it says so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void BeginPlain(in AccessDescriptor access)
    {
        access.CopyTo(ref _access);
        Status = EmulationStatus.Abandoned;
        NotEmulatedReason = NotEmulatedReason.None;
        UndefinedReason = UndefinedReason.None;
    }

    public EmulationStatus Refuse(NotEmulatedReason reason)
    {
        NotEmulatedReason = reason;
        return Status = EmulationStatus.NotEmulated;
    }

    /// <summary>The vCPU's state does not allow the instruction.</summary>
    public EmulationStatus Undefined(UndefinedReason reason)
    {
        UndefinedReason = reason;
        return Status = EmulationStatus.Undefined;
    }

    public EmulationStatus Unpredictable() => _options.Unpredictable == UnpredictablePolicy.Undefined
        ? RaiseException(FaultReason.UndefinedInstruction)
        : Refuse(NotEmulatedReason.ConstrainedUnpredictable);

    public EmulationStatus Unsupported(NotEmulatedReason reason) => _options.Unsupported switch
    {
        UnsupportedPolicy.ExternalAbort => Raise(EmulationFault.ExternalAbortWithoutAddress(_access.IsWrite)),
        UnsupportedPolicy.Undefined => RaiseException(FaultReason.UndefinedInstruction),
        _ => Refuse(reason),
    };

    // Not inlined, these two: room for a fault would have to be cleared at each beginning of the method that may raise it.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public EmulationStatus RaiseDataAbort(FaultStatusCode code, ulong address, bool isWrite) =>
        Raise(EmulationFault.DataAbort(code, address, isWrite));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public EmulationStatus RaiseException(FaultReason reason, uint syndrome = 0) => Raise(EmulationFault.Exception(reason, syndrome));

    /// <summary>The access needs memory that supports it.</summary>
    public EmulationStatus RaiseUnsupportedAccess() =>
        RaiseDataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, Sequence.Address, _access.IsWrite);

    private EmulationStatus Raise(in EmulationFault fault)
    {
        _fault = fault;
        Sequence.End();
        return Status = EmulationStatus.Fault;
    }
}
