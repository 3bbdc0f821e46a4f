using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Handling;

/// <summary>
/// Handles the data aborts of one vCPU from the syndrome to the changed registers: takes the access from a valid syndrome, or
/// fetches and decodes the instruction, makes sure that it is the one that trapped, performs its transactions on devices and
/// guest memory, and commits.
/// </summary>
/// <remarks>
/// <para>
/// <see cref="Handle"/> does it all in one call. The stepwise twin is for devices in another thread or process:
/// <see cref="Begin"/>, then <see cref="TryGetNext"/> and <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> until there is
/// no more transaction, then <see cref="Commit"/>. Between the steps any time may pass, and the handler may be abandoned at any
/// step by beginning the next exit: registers change in the commit only (of a memory copy or set, what has been done).
/// </para>
/// <para>
/// No other vCPU needs to be stopped. The word that is at PC now is emulated only if it could have caused this exit: PC
/// translates with execute permission, the access has the direction that the syndrome reports, touches the address that
/// faulted, and that address leads to the page that stage 2 reported and that is not memory now. Otherwise the answer is
/// <see cref="ExitStatus.Retry"/>, with nothing changed: the guest executes whatever is there.
/// </para>
/// <para>
/// The handler allocates nothing after its construction, and throws for nothing that a guest controls. For each vCPU one; not
/// thread-safe.
/// </para>
/// </remarks>
public sealed partial class ExitHandler
{
    private readonly IGuestRegisters _registers;
    private readonly IGuestMemory? _memory;
    private readonly IStage1Source? _stage1;
    private readonly AccessTranslator _translator;
    private readonly AccessPlan _plan;

    private EmulationOptions _policies;
    private EmulationOptions _options;
    private DataAbortExit _exit;

    // How the exit ended, in parts. _guestFault counts only where HasFault says so: a step may note one that is not taken.
    private ExitStatus _status = ExitStatus.NotEmulated;
    private ExitReason _reason;
    private DataAbortClass _class;
    private ExitAction _action;
    private NotEmulatedReason _notEmulatedReason;
    private EmulationFault _guestFault;

    private AccessDescriptor _access;
    private FetchResult _fetch;
    private ulong _pstate;
    private ulong? _instructionAddress;
    private ulong? _trapped;

    /// <summary>Creates the handler of a vCPU.</summary>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="devices">
    /// The devices. Addresses are guest-physical; an address behind which there is none is the bus's to refuse.
    /// Accesses of 16 or 64 bytes, and tags, need the interfaces that <see cref="AccessPlan.Execute(in AccessDescriptor, IGuestRegisters, IMmioBus, in EmulationOptions)"/> names.
    /// </param>
    /// <param name="stage1">
    /// The registers of stage 1 translation. Without them instructions must be delivered with the exit
    /// (<see cref="DataAbortExit.WithInstruction"/>), and every exit must report FAR and IPA.
    /// </param>
    /// <param name="memory">
    /// The guest's memory, for instructions and page tables; an <see cref="IGuestRam"/> also for accesses that lie partly in
    /// memory. Null for a guest whose memory cannot be read.
    /// </param>
    /// <param name="options">The policies. The guest's state in it (byte order, tag bits, size of addresses) is taken from the vCPU where <paramref name="stage1"/> is given.</param>
    /// <param name="monitor">The vCPU's exclusive monitor, for <see cref="ExclusivePolicy.Perform"/>; null for one of its own.</param>
    /// <param name="authentication">Authenticates the pointers of LDRAA and LDRAB; null to strip them.</param>
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> or <paramref name="devices"/> is null.</exception>
    public ExitHandler(
        IGuestRegisters registers,
        IMmioBus devices,
        IStage1Source? stage1 = null,
        IGuestMemory? memory = null,
        in EmulationOptions options = default,
        ExclusiveMonitor? monitor = null,
        IPointerAuthentication? authentication = null)
    {
        _registers = registers ?? throw new ArgumentNullException(nameof(registers));
        _translator = new AccessTranslator(devices ?? throw new ArgumentNullException(nameof(devices)), stage1, memory);
        _plan = new AccessPlan(monitor ?? new ExclusiveMonitor(), authentication);
        _stage1 = stage1;
        _memory = memory;
        _policies = options;
    }

    /// <summary>The policies; they may change between exits.</summary>
    public EmulationOptions Options
    {
        get => _policies;
        set => _policies = value;
    }

    /// <summary>The exit that was begun last.</summary>
    public DataAbortExit Exit => _exit;

    /// <summary>Its access, from the syndrome or the opcode; empty when there is none.</summary>
    public AccessDescriptor Access => _access;

    /// <summary>How its instruction was fetched; <see cref="FetchStatus.NotAvailable"/> when none was needed.</summary>
    public FetchResult Fetch => _fetch;

    /// <summary>How it ended, or <see cref="ExitStatus.Pending"/>.</summary>
    public ExitOutcome Outcome => HasFault ? OutcomeWithFault : OutcomeWithoutFault;

    /// <summary>The vCPU's registers.</summary>
    internal IGuestRegisters Registers => _registers;

    /// <summary>Where the instruction is, when it was needed.</summary>
    internal ulong? InstructionAddress => _instructionAddress;

    /// <summary>The virtual address that faulted: FAR, or the one that the instruction tells; null when neither is known.</summary>
    internal ulong? TrappedAddress => _trapped;

    /// <summary>Whether the guest has turned its stage 1 translation off.</summary>
    internal bool IsTranslationOff => _stage1 is not null && (_stage1.ReadSctlr() & 1) == 0;

    /// <summary>What the guest's stage 1 says now about the address that faulted; null when that cannot be told.</summary>
    internal TranslationResult? TranslateTrapped() => _trapped is { } address && _translator.CanTranslate
        ? _translator.TranslateForAttributes(address, _exit.Syndrome.IsWnRValid && _exit.Syndrome.WnR)
        : null;

    /// <summary>Handles an exit from beginning to end.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>How it ended. An exception that the devices throw leaves the registers unchanged.</returns>
    /// <exception cref="InvalidOperationException">A policy asks for transactions that the devices do not take (see the constructor).</exception>
    public ExitOutcome Handle(in DataAbortExit exit)
    {
        if (BeginExit(exit))
        {
            _translator.Perform(_plan);
            CommitAccess();
        }

        return Outcome;
    }

    /// <summary>Decides about an exit. Nothing is accessed but instruction and page tables, and no register changes.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns><see cref="ExitStatus.Pending"/> when there is an access to perform, otherwise how the exit ended.</returns>
    public ExitOutcome Begin(in DataAbortExit exit)
    {
        BeginExit(exit);
        return Outcome;
    }

    /// <summary>
    /// The next transaction with a device; parts of the access that lie in guest memory are performed on the way. It stays the
    /// next one until it is completed or has failed.
    /// </summary>
    /// <param name="transaction">The transaction, at its guest-physical address, when the result is true.</param>
    /// <returns>Whether there is one; when not, <see cref="Commit"/> is due.</returns>
    public bool TryGetNext(out BusTransaction transaction)
    {
        transaction = default;
        while (_status == ExitStatus.Pending && _plan.TryGetNext(out BusTransaction next))
        {
            BusStatus status = _translator.Locate(next, out ulong physicalAddress, out bool isMemory);
            if (!status.IsSuccess)
            {
                _plan.Fail(status);
            }
            else if (isMemory && next.Operation is BusOperation.Read or BusOperation.Write)
            {
                PerformOnMemory(next, physicalAddress);
            }
            else
            {
                transaction = next.At(physicalAddress);
                return true;
            }
        }

        return false;
    }

    /// <summary>Copies the data of a write that does not fit into <see cref="BusTransaction.Low"/>.</summary>
    /// <param name="destination">Receives the bytes in ascending order of addresses; at least as long as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void CopyData(Span<byte> destination) => Pending().CopyData(destination);

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="low">As for <see cref="AccessPlan.Complete(ulong, ulong)"/>.</param>
    /// <param name="high">As for <see cref="AccessPlan.Complete(ulong, ulong)"/>.</param>
    /// <exception cref="InvalidOperationException">There is no transaction, or it reads 64 bytes.</exception>
    public void Complete(ulong low = 0, ulong high = 0) => Pending().Complete(low, high);

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="data">For a read the bytes in ascending order of addresses, exactly as many as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length than the transaction.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Complete(ReadOnlySpan<byte> data) => Pending().Complete(data);

    /// <summary>Reports that the device refused the transaction of <see cref="TryGetNext"/>.</summary>
    /// <param name="status">The device's answer; not <see cref="BusStatus.Success"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is success.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Fail(BusStatus status) => Pending().Fail(status);

    /// <summary>Changes the registers, when all transactions have been performed. After a fault it says so and changes nothing.</summary>
    /// <returns>How the exit ended.</returns>
    /// <exception cref="InvalidOperationException">Transactions are outstanding.</exception>
    public ExitOutcome Commit()
    {
        if (_status == ExitStatus.Pending)
        {
            CommitAccess();
        }

        return Outcome;
    }

    // The plan may be that of an exit that was abandoned, or of an instruction that is not what trapped.
    private AccessPlan Pending() => _status == ExitStatus.Pending ? _plan : throw new InvalidOperationException("no transaction is outstanding");

    // Whether there is an access to perform.
    private bool BeginExit(in DataAbortExit exit)
    {
        exit.CopyTo(ref _exit);
        _access = default;
        _fetch = default;
        _instructionAddress = null;
        _trapped = exit.FaultAddress;
        _pstate = _registers.PState;
        _options = _policies;
        if (_options.Unsupported != UnsupportedPolicy.Report)
        {
            // What the plan does not emulate is answered here, where the exit tells the address.
            _options = _options with { Unsupported = UnsupportedPolicy.Report };
        }

        _status = ExitStatus.Pending;
        _reason = ExitReason.None;
        _class = default;
        _action = default;
        _notEmulatedReason = NotEmulatedReason.None;
        _translator.Begin(_pstate);
        DataAbortClass abortClass = exit.Syndrome.Class;
        Verdict verdict = !exit.Syndrome.IsGuestExit ? NotInstructionAccess(abortClass, ExitAction.HandOver) : abortClass switch
        {
            DataAbortClass.InstructionAccess => BeginAccess(),
            DataAbortClass.CacheMaintenance => BeginCacheMaintenance(),
            DataAbortClass.UnsupportedExclusiveOrAtomic => BeginInstruction(),
            _ => BeginOther(abortClass),
        };
        if (verdict.IsGoOn)
        {
            return true;
        }

        Conclude(verdict);
        return false;
    }

    private bool HasFault => _status == ExitStatus.GuestFault || (_status == ExitStatus.NotInstructionAccess && _action == ExitAction.InjectFault);

    // Apart, so that the outcome of most exits is written where it is returned, without a copy of a fault that it has not.
    private ExitOutcome OutcomeWithoutFault => new(_status, _reason, _class, _action, _notEmulatedReason);

    private ExitOutcome OutcomeWithFault => new(OutcomeWithoutFault, _guestFault);

    private void CommitAccess()
    {
        switch (_plan.Commit(_registers))
        {
            case EmulationStatus.Completed:
                _status = ExitStatus.Completed;
                break;
            case EmulationStatus.Continue:
                _status = ExitStatus.Continue;
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

    private void Conclude(Verdict verdict)
    {
        _reason = verdict.Reason;
        _status = verdict.Status;
        if (_status != ExitStatus.NotEmulated)
        {
            return;
        }

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

    private Verdict NotInstructionAccess(DataAbortClass abortClass, ExitAction action, in EmulationFault fault = default)
    {
        _class = abortClass;
        _action = action;
        _guestFault = fault;
        return Verdict.NotInstructionAccess;
    }

    // A part of the access that lies in guest memory, in the stepwise form.
    private void PerformOnMemory(in BusTransaction transaction, ulong physicalAddress)
    {
        Span<byte> data = stackalloc byte[MaxTransaction];
        data = data.Slice(0, transaction.Size);
        BusStatus status;
        if (transaction.Operation == BusOperation.Read)
        {
            status = _translator.ReadMemory(physicalAddress, data);
        }
        else
        {
            _plan.CopyData(data);
            status = _translator.WriteMemory(physicalAddress, data);
        }

        if (!status.IsSuccess)
        {
            _plan.Fail(status);
        }
        else if (transaction.Operation == BusOperation.Read)
        {
            _plan.Complete(data);
        }
        else
        {
            _plan.Complete();
        }
    }

    private const int MaxTransaction = 64;

    private Verdict BeginAccess()
    {
        if (!AccessSyndrome.TryGetAccess(_exit.Syndrome, _pstate, out AccessDescriptor access))
        {
            return BeginInstruction();
        }

        return _translator.CanTranslate && LeavesOpenWhere(access) ? BeginInstruction() : BeginReported(access);
    }

    // Whether only the instruction tells all addresses of an access that the syndrome describes, and whose permissions it has.
    private bool LeavesOpenWhere(in AccessDescriptor access)
    {
        if (_exit.Ipa.Precision == IpaPrecision.None)
        {
            // A translation has to tell the page, with the permissions of EL0 for an unprivileged access.
            return true;
        }

        ulong offset = (_exit.FaultAddress ?? _exit.Ipa.Value) & GuestPage.OffsetMask;
        if (offset + (ulong)access.TotalSize > GuestPage.Size)
        {
            // The next page too.
            return true;
        }

        if (offset != 0 || access.TotalSize is 1 or MaxTransaction)
        {
            // 64 bytes are aligned to their size, or they are an alignment fault.
            return false;
        }

        // An access that is not aligned may cross into the page that faulted; then FAR is the start of that page, and not that
        // of the access. Stage 1 must have said Normal memory, or it would have been an alignment fault.
        return _exit.FaultAddress is not { } far || _translator.TranslateForAttributes(far, access.IsWrite) is { Succeeded: true, Attributes.IsDevice: false };
    }

    // The syndrome describes the access, and FAR and IPA say where it goes.
    private Verdict BeginReported(in AccessDescriptor access)
    {
        access.CopyTo(ref _access);
        bool write = access.IsWrite;
        ulong address;
        if (_exit.FaultAddress is { } far)
        {
            address = far;
        }
        else if (_exit.Ipa.Precision == IpaPrecision.Byte)
        {
            address = _exit.Ipa.Value;
        }
        else
        {
            return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
        }

        if (_exit.Ipa.Precision != IpaPrecision.None)
        {
            if (_translator.Add(address, _exit.Ipa.Value, write, unprivileged: false).IsMemory)
            {
                return Verdict.Retry(ExitReason.IsMemory);
            }
        }
        else if (!_translator.CanTranslate)
        {
            return Verdict.NotEmulated(ExitReason.AddressNotAvailable);
        }

        SetGuestState();
        if (Prepare(access, address) is { IsGoOn: false } ended)
        {
            return ended;
        }

        Verdict located = LocatePage(address, !write, write, unprivileged: false, isTrapped: true);
        return located.IsGoOn ? LocateOtherPages(address) : located;
    }

    // The instruction says what is accessed, if it is the one that trapped.
    private Verdict BeginInstruction()
    {
        if (FetchInstruction() is { IsGoOn: false } notFetched)
        {
            return notFetched;
        }

        return _fetch.Decode(out _access) == DecodeStatus.MemoryAccess ? BeginDecoded() : Verdict.Retry(ExitReason.NotMemoryAccess);
    }

    private Verdict BeginDecoded()
    {
        bool isUnsupported = _exit.Syndrome.Class == DataAbortClass.UnsupportedExclusiveOrAtomic;
        if (isUnsupported && !NeedsSpecialMemory(_access))
        {
            return Verdict.Retry(ExitReason.KindDiffers);
        }

        SetGuestState();
        Verdict prepared = Prepare(_access, 0);
        if (_plan.RangeCount == 0)
        {
            // An instruction that accesses nothing did not trap; but it may be one that is to fault, or is not known well enough.
            return prepared.IsGoOn ? Verdict.Retry(ExitReason.NoAccess)
                : prepared.Status == ExitStatus.NotEmulated && ContradictsDirection(_access) ? Verdict.Retry(ExitReason.DirectionDiffers)
                : prepared;
        }

        Verdict agreed = Agree(out ulong trapped);
        bool isMemory = agreed.Reason == ExitReason.IsMemory;
        if (agreed.IsGoOn || isMemory)
        {
            _trapped = trapped;
        }

        if (isUnsupported && isMemory)
        {
            // Memory that the processor refuses an exclusive or atomic access to: the guest's stage 1 attributes are the cause.
            return Fault(
                ExitReason.Instruction,
                EmulationFault.DataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, trapped, _access.IsWrite));
        }

        return !agreed.IsGoOn ? agreed
            : !prepared.IsGoOn ? prepared
            : LocateOtherPages(trapped);
    }

    // Cache maintenance transfers nothing, and there is no cache over a device: after the same checks it completes.
    private Verdict BeginCacheMaintenance()
    {
        Verdict fetched = FetchInstruction();
        if (_fetch.Status != FetchStatus.NotAvailable)
        {
            if (!fetched.IsGoOn)
            {
                return fetched;
            }

            if (_fetch.Decode(out _access) == DecodeStatus.MemoryAccess)
            {
                return _access.Kind != AccessKind.CacheMaintenance ? Verdict.Retry(ExitReason.KindDiffers)
                    : _options.CacheMaintenance == CacheMaintenancePolicy.Ignore ? BeginDecoded()
                    : NotInstructionAccess(DataAbortClass.CacheMaintenance, ExitAction.SkipInstruction);
            }

            if (_fetch.InstructionSet == InstructionSet.A64)
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
            TranslationResult result = _translator.Translate(far, read: true, write: false, unprivileged: false);
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

    private EmulationFault FaultOf(FaultStatusCode code) =>
        _exit.FaultAddress is { } far ? EmulationFault.DataAbort(code, far, _exit.Syndrome.WnR)
        : code == FaultStatusCode.SynchronousExternalAbort ? EmulationFault.ExternalAbortWithoutAddress(_exit.Syndrome.WnR)
        : EmulationFault.DataAbort(code, 0, _exit.Syndrome.WnR);

    private Verdict FetchInstruction()
    {
        _fetch = default;
        ulong pc = _registers.Pc;
        _instructionAddress = pc;
        if (_exit.DeliveredLength != 0)
        {
            Span<byte> delivered = stackalloc byte[sizeof(uint)];
            _exit.CopyInstruction(delivered);
            _fetch = InstructionFetcher.FromBytes(delivered.Slice(0, _exit.DeliveredLength), _pstate);
        }

        if (_fetch.Status != FetchStatus.Fetched && _stage1 is not null && _memory is not null)
        {
            Stage1Registers stage1 = _stage1.ReadRegisters(pc);
            _fetch = InstructionFetcher.Fetch(_memory, stage1, pc, _pstate);
            if (_fetch.Status == FetchStatus.Fetched)
            {
                // A page that was taken from the guest's code between walk and read holds no instruction any more, whatever it
                // holds. If PC leads there still, it led there when the word was read.
                FetchResult again = InstructionFetcher.Fetch(_memory, stage1, pc, _pstate);
                if (again.Status != FetchStatus.Fetched || again.Opcode != _fetch.Opcode)
                {
                    return Verdict.Retry(ExitReason.InstructionNotFetched);
                }
            }
        }

        return _fetch.Status switch
        {
            FetchStatus.Fetched => Verdict.GoOn,
            FetchStatus.NotAvailable => Verdict.NotEmulated(_fetch.Fault.Kind == TranslationFaultKind.NotSupported
                ? ExitReason.TranslationNotSupported
                : ExitReason.OpcodeNotAvailable),
            _ => Verdict.Retry(ExitReason.InstructionNotFetched),
        };
    }

    // The byte order of data, and for LDRAA and LDRAB the place of the authentication code. Addresses keep their tags: it is
    // translation that knows whether they are ignored.
    private void SetGuestState()
    {
        if (_stage1 is null || InstructionFetcher.GetInstructionSet(_pstate) != InstructionSet.A64)
        {
            return;
        }

        const int EE = 25;
        const int E0E = 24;
        ulong sctlr = _stage1.ReadSctlr();
        bool bigEndian = ((sctlr >> (InstructionFetcher.IsPrivileged(_pstate) ? EE : E0E)) & 1) != 0;
        if (bigEndian != _options.BigEndian || _options.TopByteIgnored)
        {
            _options = _options with { BigEndian = bigEndian, TopByteIgnored = false };
        }

        if ((_access.Properties & AccessProperties.Authenticated) != 0)
        {
            ulong pointer = _access.Rn == 31 ? _registers.Sp : _registers.GetX(_access.Rn);
            _options = AddressState.For(pointer, _stage1.ReadRegisters(pointer), _options);
        }
    }

    private Verdict Prepare(in AccessDescriptor access, ulong address)
    {
        switch (_plan.Prepare(access, address, _registers, _options))
        {
            case EmulationStatus.Pending:
                break;
            case EmulationStatus.Fault:
                return Fault(ExitReason.Instruction, PlanFault);
            default:
                return Verdict.NotEmulated(ExitReason.InstructionNotEmulated);
        }

        bool reads = false;
        bool writes = false;
        for (int i = 0; i < _plan.RangeCount; i++)
        {
            AddressRange range = _plan.GetRange(i);
            reads |= range.IsRead && range.IsUnprivileged;
            writes |= range.IsWritten && range.IsUnprivileged;
        }

        _translator.SetUnprivileged(reads, writes);
        return Verdict.GoOn;
    }

    /// <summary>Whether an instruction is of the kind that memory may refuse with DFSC 0x35.</summary>
    internal static bool NeedsSpecialMemory(in AccessDescriptor access) =>
        access.Kind is AccessKind.LoadExclusive or AccessKind.StoreExclusive or AccessKind.ReadModifyWrite or AccessKind.CompareAndSwap
        || (access.RegisterFile == RegisterFile.General && access.TotalSize == 64);
}
