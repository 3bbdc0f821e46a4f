using System;
using System.Runtime.CompilerServices;
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
/// step, by <see cref="Abandon"/> or by beginning the next exit: registers change in the commit only (of a memory copy or set, what
/// has been done). A commit that finds another PC than the exit had changes nothing (<see cref="ExitStatus.Abandoned"/>).
/// </para>
/// <para>
/// No other vCPU needs to be stopped. The word that is at PC now is emulated only if it could have caused this exit: PC
/// translates with execute permission, the access has the direction that the syndrome reports, touches the address that
/// faulted, and that address leads to the page that stage 2 reported and that is not memory now. Otherwise the answer is
/// <see cref="ExitStatus.Retry"/>, with nothing changed: the guest executes whatever is there.
/// </para>
/// <para>
/// The handler allocates nothing after its construction, and throws for nothing that a guest controls. For each vCPU one; not
/// thread-safe. A device, memory or register interface that calls back into the handler that is calling it gets an
/// <see cref="InvalidOperationException"/>; only <see cref="Abandon"/> and the properties may be used there.
/// </para>
/// </remarks>
public sealed partial class ExitHandler
{
    private readonly IGuestRegisters _registers;
    private readonly IMmioBus _devices;
    private readonly IGuestMemory? _memory;
    private readonly IStage1Source? _stage1;
    private readonly AccessTranslator _translator;
    private readonly RecentTranslations? _fetches;
    private readonly AccessPlan _plan;

    // The policies, and what the plan is given: copied when they change, not at each exit.
    private EmulationOptions _policies;
    private EmulationOptions _options;
    private bool _hasGuestState;
    private bool _hasPlainOptions;
    private DataAbortExit _exit;

    // How the exit ended, in parts. _guestFault counts only where HasFault says so: a step may note one that is not taken.
    private ExitStatus _status = ExitStatus.NotEmulated;
    private ExitReason _reason;
    private DataAbortClass _class;
    private ExitAction _action;
    private NotEmulatedReason _notEmulatedReason;
    private EmulationFault _guestFault;

    private AccessDescriptor _access;
    private bool _hasAccess;
    private bool _isReported;
    private bool _hasInstructionAddress;
    private bool _hasTrapped;
    private AddressRange _range;
    private int _rangeCount;
    private FetchStatus _fetchStatus;
    private readonly byte[] _instruction = new byte[sizeof(uint)];
    private uint _opcode;
    private FetchResult _otherFetch;
    private bool _hasOtherFetch;
    private ulong _pstate;
    private bool _isPlain;
    private ulong _instructionAddress;
    private ulong _trapped;

    // Whether the access may be performed as soon as it is known to be what trapped.
    private bool _isAtOnce;

    // Set while the handler calls others.
    private bool _busy;

    /// <summary>Creates the handler of a vCPU.</summary>
    /// <param name="registers">The vCPU's registers.</param>
    /// <param name="devices">
    /// The devices. Addresses are guest-physical; an address behind which there is none is the bus's to refuse.
    /// Null for an embedder that only goes step by step. Accesses of 16 or 64 bytes, and tags, need the interfaces that <see cref="AccessPlan.Execute(in AccessDescriptor, IGuestRegisters, IMmioBus, in EmulationOptions)"/> names.
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
    /// <exception cref="ArgumentNullException"><paramref name="registers"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="options"/> ask for transactions that <paramref name="devices"/> do not take.</exception>
    public ExitHandler(
        IGuestRegisters registers,
        IMmioBus? devices,
        IStage1Source? stage1 = null,
        IGuestMemory? memory = null,
        in EmulationOptions options = default,
        ExclusiveMonitor? monitor = null,
        IPointerAuthentication? authentication = null)
    {
        _registers = registers ?? throw new ArgumentNullException(nameof(registers));
        _devices = devices ?? NoDevices.Instance;
        options.RequireOf(_devices, nameof(devices));
        _translator = new AccessTranslator(_devices, stage1, memory, registers is IScalableRegisters);
        _plan = new AccessPlan(monitor ?? new ExclusiveMonitor(), authentication, registers is IScalableRegisters);
        _stage1 = stage1;
        _memory = memory;
        _fetches = _translator.CanTranslate ? new RecentTranslations(memory!) : null;
        Options = options;
    }

    /// <summary>The policies; they may change between exits.</summary>
    public EmulationOptions Options
    {
        get => _policies;
        set
        {
            value.RequireOf(_devices, nameof(value));
            _policies = value;
            ResetOptions();
        }
    }

    /// <summary>The exit that was begun last.</summary>
    public DataAbortExit Exit => _exit;

    /// <summary>Its access, from the syndrome or the opcode; empty when there is none.</summary>
    public AccessDescriptor Access => _hasAccess ? _access
        : _isReported && AccessSyndrome.TryGetAccess(_exit.Syndrome, _pstate, out AccessDescriptor access) ? access
        : default;

    /// <summary>How its instruction was fetched; <see cref="FetchStatus.NotAvailable"/> when none was needed.</summary>
    public FetchResult Fetch => _hasOtherFetch || _fetchStatus != FetchStatus.Fetched ? _otherFetch : FetchResult.Fetched(_pstate, _opcode);

    /// <summary>How it ended, or <see cref="ExitStatus.Pending"/>.</summary>
    public ExitOutcome Outcome => new(_status, _reason, _class, _action, _notEmulatedReason, HasFault ? _guestFault : default);

    /// <summary>The vCPU's registers.</summary>
    internal IGuestRegisters Registers => _registers;

    /// <summary>Where the instruction is, when it was needed.</summary>
    internal ulong? InstructionAddress => _hasInstructionAddress ? _instructionAddress : null;

    /// <summary>The virtual address that faulted: FAR, or the one that the instruction tells; null when neither is known.</summary>
    internal ulong? TrappedAddress => _hasTrapped ? _trapped : _exit.FaultAddress;

    /// <summary>Whether the guest has turned its stage 1 translation off.</summary>
    internal bool IsTranslationOff => _stage1 is not null && (_stage1.ReadSctlr() & 1) == 0;

    /// <summary>What the guest's stage 1 says now about the address that faulted; null when that cannot be told.</summary>
    internal TranslationResult? TranslateTrapped() => TrappedAddress is { } address && _translator.CanTranslate
        ? _translator.WalkForAttributes(address, _exit.Syndrome.IsWnRValid && _exit.Syndrome.WnR)
        : null;

    /// <summary>The same, lookup by lookup: for people, as it allocates.</summary>
    internal TableLookup[] WalkTrapped() => TrappedAddress is { } address && _translator.CanTranslate
        ? _translator.Walk(address, _exit.Syndrome.IsWnRValid && _exit.Syndrome.WnR)
        : [];

    /// <summary>Handles an exit from beginning to end.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>How it ended. An exception that the devices throw leaves the registers unchanged, and the exit abandoned.</returns>
    /// <exception cref="InvalidOperationException">
    /// The handler was made without devices, or is in the middle of an exit.
    /// </exception>
    public ExitOutcome Handle(in DataAbortExit exit)
    {
        if (_devices == NoDevices.Instance)
        {
            throw new InvalidOperationException("without devices an exit is handled step by step: Begin, TryGetNext, Complete, Commit");
        }

        Enter();
        bool returned = false;
        try
        {
            _isAtOnce = true;
            if (BeginExit(exit))
            {
                _translator.Perform(_plan);
                Conclude(CommitAccess());
            }

            returned = true;
        }
        finally
        {
            Leave(returned);
        }

        return _status == ExitStatus.Completed ? ExitOutcome.OfCompleted : Outcome;
    }

    /// <summary>Decides about an exit. Nothing is accessed but instruction and page tables, and no register changes.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns><see cref="ExitStatus.Pending"/> when there is an access to perform, otherwise how the exit ended.</returns>
    /// <exception cref="InvalidOperationException">The handler is in the middle of an exit.</exception>
    public ExitOutcome Begin(in DataAbortExit exit)
    {
        Enter();
        bool returned = false;
        try
        {
            _isAtOnce = false;
            BeginExit(exit);
            returned = true;
        }
        finally
        {
            Leave(returned);
        }

        return Outcome;
    }

    /// <summary>
    /// Abandons the exit that is in progress: the vCPU has been reset, or its state set, and what the exit's instruction would change
    /// is no longer to happen. A device may call it while it is being accessed; no further transaction follows then. Call it on
    /// the vCPU's own thread. Without an exit in progress it does nothing.
    /// </summary>
    /// <remarks>
    /// The exit ends as <see cref="ExitStatus.Abandoned"/> and changes no register. That a new state has another PC is noticed without
    /// this call.
    /// </remarks>
    public void Abandon()
    {
        if (_busy)
        {
            _translator.Abandon();
        }
        else if (_status == ExitStatus.Pending)
        {
            _status = ExitStatus.Abandoned;
        }
    }

    /// <summary>
    /// The next transaction with a device; parts of the access that lie in guest memory are performed on the way. It stays the
    /// next one until it is completed or has failed.
    /// </summary>
    /// <param name="transaction">The transaction, at its guest-physical address, when the result is true.</param>
    /// <returns>Whether there is one; when not, <see cref="Commit"/> is due.</returns>
    /// <exception cref="InvalidOperationException">The handler is in the middle of an exit.</exception>
    public bool TryGetNext(out BusTransaction transaction)
    {
        Enter();
        bool returned = false;
        try
        {
            bool found = FindNext(out transaction);
            returned = true;
            return found;
        }
        finally
        {
            Leave(returned);
        }
    }

    private bool FindNext(out BusTransaction transaction)
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
            Enter();
            try
            {
                Conclude(CommitAccess());
            }
            finally
            {
                Leave(returned: true);
            }
        }

        return Outcome;
    }

    // The plan may be that of an exit that was abandoned, or of an instruction that is not what trapped.
    private AccessPlan Pending() => _busy ? throw Reentered()
        : _status == ExitStatus.Pending ? _plan : throw new InvalidOperationException("no transaction is outstanding");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Enter()
    {
        if (_busy)
        {
            throw Reentered();
        }

        _busy = true;
    }

    // An exception of a device, a memory or a register interface ends the exit.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leave(bool returned)
    {
        _busy = false;
        if (!returned || _translator.IsAbandoned)
        {
            Conclude(Verdict.Abandoned);
        }
    }

    private static InvalidOperationException Reentered() =>
        new("the handler is in the middle of an exit: a device, memory or register interface that it called has called it back");

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
}
