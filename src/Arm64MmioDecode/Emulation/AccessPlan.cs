using System;
using System.Runtime.CompilerServices;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Emulation;

/// <summary>
/// Emulates one memory instruction: computes what it accesses, hands out the bus transactions one by one, and changes the
/// registers when all of them have succeeded.
/// </summary>
/// <remarks>
/// <para>
/// A plan is an object of fixed size that an embedder creates once for each vCPU and uses for one instruction after the
/// other; it allocates nothing after its construction. It is not thread-safe. A bus that calls back into the plan that drives it gets an
/// <see cref="InvalidOperationException"/>.
/// </para>
/// <para>
/// Either call <see cref="Execute(in AccessDescriptor, IGuestRegisters, IMmioBus, in EmulationOptions)"/>, or go step by step:
/// <see cref="Prepare(in AccessDescriptor, IGuestRegisters, in EmulationOptions)"/>, then <see cref="TryGetNext"/> and <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> until there is no
/// more transaction, then <see cref="Commit"/>. Between the steps any time may pass. A plan may be abandoned at any step by
/// preparing the next one: the registers have not changed before <see cref="Commit"/>. When PC has changed meanwhile (the vCPU was reset or
/// restored), <see cref="Commit"/> abandons the instruction itself.
/// </para>
/// </remarks>
public sealed partial class AccessPlan
{
    internal const ulong ConditionFlags = 0xFul << 28;

    // The values are those of BusOrdering.
    private const AccessProperties Ordered = AccessProperties.Acquire | AccessProperties.AcquirePC | AccessProperties.Release;

    // PSTATE.BTYPE and PSTATE.SS become 0 when an instruction completes.
    internal const ulong ClearedByCompletion = (3ul << 10) | (1ul << 21);

    private readonly EmulatedAccess _emulated;
    private readonly ElementSequence _sequence;
    private readonly Transfers _transfers;
    private readonly FamilySet _families;

    private AccessFamily _family;
    private ulong _pc;
    private bool _isDriving;

    /// <summary>Creates a plan with a local monitor of its own and no pointer authentication.</summary>
    public AccessPlan()
        : this(new ExclusiveMonitor())
    {
    }

    /// <summary>Creates a plan.</summary>
    /// <param name="monitor">The vCPU's local monitor for <see cref="ExclusivePolicy.Perform"/>.</param>
    /// <param name="authentication">Authenticates LDRAA and LDRAB; without one the code is removed unchecked (see <see cref="IPointerAuthentication"/>).</param>
    /// <param name="scalable">
    /// Whether the vCPU has SVE or SME (<see cref="IScalableRegisters"/>): room for the widest vectors, 30 KB, is made now. Otherwise the first
    /// such instruction makes it.
    /// </param>
    /// <exception cref="ArgumentNullException"><paramref name="monitor"/> is null.</exception>
    public AccessPlan(ExclusiveMonitor monitor, IPointerAuthentication? authentication = null, bool scalable = false)
    {
        _emulated = new EmulatedAccess(monitor ?? throw new ArgumentNullException(nameof(monitor)), authentication);
        _sequence = _emulated.Sequence;
        _families = new FamilySet(_emulated, scalable);
        _transfers = _families.Transfers;
        _family = _families.Hints;
    }

    /// <summary>The instruction that the plan was last prepared for.</summary>
    public AccessDescriptor Access => _emulated.Access;

    /// <summary>The local monitor.</summary>
    public ExclusiveMonitor Monitor => _emulated.Monitor;

    /// <summary>Where the emulation stands.</summary>
    public EmulationStatus Status => _emulated.Status;

    /// <summary>The exception for the guest, when <see cref="Status"/> is <see cref="EmulationStatus.Fault"/>.</summary>
    public EmulationFault Fault => _emulated.Fault;

    /// <summary>Why nothing happened, when <see cref="Status"/> is <see cref="EmulationStatus.NotEmulated"/>.</summary>
    public NotEmulatedReason NotEmulatedReason => _emulated.NotEmulatedReason;

    /// <summary>Why the instruction does not access memory, when <see cref="Status"/> is <see cref="EmulationStatus.Undefined"/>.</summary>
    public UndefinedReason UndefinedReason => _emulated.UndefinedReason;

    /// <summary>
    /// Whether the processor that trapped has checked the alignment of the access: what FEAT_LSE2 allows in Normal memory raises no
    /// Alignment fault then.
    /// </summary>
    internal bool HasPassedAlignmentCheck
    {
        set => _emulated.HasPassedAlignmentCheck = value;
    }

    /// <summary>Computes addresses and, for a store, data from the registers. Nothing is accessed and no register changes.</summary>
    /// <param name="access">The instruction.</param>
    /// <param name="registers">The vCPU's registers; only those that the instruction uses are read.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>
    /// <see cref="EmulationStatus.Pending"/>, or <see cref="EmulationStatus.Fault"/>, <see cref="EmulationStatus.NotEmulated"/> or
    /// <see cref="EmulationStatus.Undefined"/> when there is nothing to go on with.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException">The address is not in the descriptor (<see cref="AddressingMode.Reported"/>): give it.</exception>
    /// <exception cref="InvalidOperationException">A bus that this plan drives has called.</exception>
    public EmulationStatus Prepare(in AccessDescriptor access, IGuestRegisters registers, in EmulationOptions options)
    {
        if (access.AddressingMode == AddressingMode.Reported)
        {
            throw new ArgumentException("a descriptor that was made from a syndrome needs the address of the exit", nameof(access));
        }

        return Prepare(in access, 0, registers, in options);
    }

    /// <summary>Computes data from the registers, for a descriptor that was made from a syndrome and so has no address of its own.</summary>
    /// <param name="access">The access.</param>
    /// <param name="reportedAddress">The address that the exit reports; used for <see cref="AddressingMode.Reported"/> only.</param>
    /// <param name="registers">The vCPU's registers; only those that the instruction uses are read.</param>
    /// <param name="options">The guest's state and the policies.</param>
    /// <returns>As <see cref="Prepare(in AccessDescriptor, IGuestRegisters, in EmulationOptions)"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="InvalidOperationException">A bus that this plan drives has called.</exception>
    public EmulationStatus Prepare(in AccessDescriptor access, ulong reportedAddress, IGuestRegisters registers, in EmulationOptions options)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        ThrowIfDriving();
        _pc = registers.ReadPc();
        _plainMask = 0;
        _emulated.Begin(in access, reportedAddress, in options);
        bool isA64 = access.InstructionSet == InstructionSet.A64;
        AccessProperties properties = access.NamedProperties;
        _sequence.Reset(
            in options, isA64 ? ulong.MaxValue : uint.MaxValue, (properties & AccessProperties.Unprivileged) != 0, (BusOrdering)(properties & Ordered));
        if (options.TaggedMemory || options.WholeTransactions)
        {
            _sequence.SetTraits((BusOrdering)(access.Properties & Ordered), access.IsTagChecked);
        }

        _family = _families.Hints;
        if (!isA64)
        {
            _family = _families.AArch32;
        }
        else if (options.Unpredictable != UnpredictablePolicy.Perform && access.IsUnpredictable)
        {
            return _emulated.Unpredictable();
        }
        else if (Transfers.Contains(in access))
        {
            // Most exits: without a virtual call.
            _family = _transfers;
            return _transfers.Prepare(in access, registers, in options);
        }
        else
        {
            _family = _families.Of(in access);
        }

        return _family.Prepare(in access, registers, in options);
    }

    /// <summary>
    /// Changes the registers as the instruction does, and advances PC, when all transactions have succeeded. After a fault it
    /// does nothing, apart from the progress that a memory copy or set has made.
    /// </summary>
    /// <param name="registers">The registers that the plan was prepared with.</param>
    /// <returns>
    /// <see cref="EmulationStatus.Completed"/>, <see cref="EmulationStatus.Continue"/>, <see cref="EmulationStatus.Abandoned"/>, or the status that
    /// ended the emulation before.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Transactions are outstanding, or a bus that this plan drives has called.</exception>
    public EmulationStatus Commit(IGuestRegisters registers)
    {
        _ = registers ?? throw new ArgumentNullException(nameof(registers));
        ThrowIfDriving();
        if (_sequence.IsActive)
        {
            throw new InvalidOperationException("transactions are outstanding");
        }

        if (_emulated.Status == EmulationStatus.Pending || (_emulated.Status == EmulationStatus.Fault && _family.KeepsProgress))
        {
            // Whoever changed PC has changed more: the vCPU was reset or restored, and the instruction never was.
            ulong pc = registers.ReadPc();
            if (pc != _pc)
            {
                return _emulated.Status = EmulationStatus.Abandoned;
            }

            if (_family == _transfers ? _transfers.Commit(registers) : _family.Commit(registers))
            {
                PlainTransfer.Complete(in _emulated.Access, registers, pc, _emulated.Writeback);
                _emulated.Status = EmulationStatus.Completed;
            }
        }

        return _emulated.Status;
    }

    // The transfer of a plain load or store is all that it does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndPhase(Phase ended)
    {
        if (_family != _transfers)
        {
            _family.EndPhase(ended);
        }
    }

    private void RaiseBusFault(BusStatus status, Phase phase)
    {
        ulong address = _family.FaultAddress(isExternalAbort: status.StatusCode == FaultStatusCode.SynchronousExternalAbort);
        _emulated.RaiseDataAbort(status.StatusCode, address, phase is Phase.Write or Phase.WriteTag);
    }

    private void ThrowIfDriving()
    {
        if (_isDriving)
        {
            throw new InvalidOperationException("the bus called back into the plan that drives it");
        }
    }
}
