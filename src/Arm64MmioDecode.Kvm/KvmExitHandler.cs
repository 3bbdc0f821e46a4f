using System;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm;

/// <summary>
/// Serves the exits of one virtual CPU: KVM_EXIT_ARM_NISV, where KVM does not know the access, KVM_EXIT_ARM_LDST64B, where it
/// leaves it to the VMM, and reads of KVM_EXIT_MMIO, which many kernels complete without sign extension.
/// </summary>
/// <remarks>
/// <para>
/// KVM gives the syndrome's CM, WnR and DFSC and the IPA, but no FAR. So the instruction is performed only if one of the
/// pages that its own addresses translate to is the page of the IPA, and its direction is that of the exit. Keep one for
/// each CPU and use it on that CPU's thread.
/// </para>
/// <para>
/// <see cref="Handle"/> does it all in one call. The stepwise twin is for devices in another thread or process: <see cref="Begin"/>,
/// then <see cref="TryGetNext"/> and <see cref="Complete(ulong, ulong)"/> or <see cref="Fail"/> until there is no more transaction,
/// then <see cref="Commit"/>. Registers change in the commit only; until then PC is at the instruction, and the exit may be
/// abandoned.
/// </para>
/// <para>
/// A reset, a debugger or a snapshot may give the CPU another state while an exit is being served, also from within a device:
/// say <see cref="Abandon"/>. A commit that finds another PC in KVM abandons the exit by itself.
/// </para>
/// </remarks>
public sealed class KvmExitHandler
{
    private readonly KvmGuestRegisters _registers;
    private readonly IKvmVirtualCpu? _cpu;
    private readonly bool _hasDevices;
    private readonly ExitHandler _handler;
    private readonly SignedLoads _signedLoads;
    private EmulationOptions _options;

    /// <summary>Makes a handler for a CPU.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <param name="memory">The guest's memory, such as the <see cref="KvmGuestMemory"/> of its machine; an
    /// <see cref="IGuestRam"/> also for accesses that lie partly in memory.</param>
    /// <param name="devices">The devices, by guest physical address, for what is not memory.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="KvmException">The CPU's identification registers cannot be read.</exception>
    public KvmExitHandler(IKvmVirtualCpu cpu, IGuestMemory memory, IMmioBus devices)
        : this(cpu, devices ?? throw new ArgumentNullException(nameof(devices)), memory) => _cpu = cpu;

    /// <summary>Makes a handler that is used in steps, for a CPU that others run.</summary>
    /// <param name="registers">The CPU's registers.</param>
    /// <param name="memory">The guest's memory, as for the other constructor.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="KvmException">The CPU's identification registers cannot be read.</exception>
    public KvmExitHandler(IKvmRegisters registers, IGuestMemory memory)
        : this(registers, devices: null, memory)
    {
    }

    private KvmExitHandler(IKvmRegisters registers, IMmioBus? devices, IGuestMemory memory)
    {
        ArgumentNullException.ThrowIfNull(registers);
        ArgumentNullException.ThrowIfNull(memory);
        _registers = KvmGuestRegisters.Of(registers);
        _signedLoads = new SignedLoads(_registers, memory);
        _handler = new ExitHandler(_registers, devices, _registers, memory);
        _hasDevices = devices is not null;
        SixtyFourBytes = devices is null or IWideMmioBus ? SixtyFourBytePolicy.SingleTransaction : SixtyFourBytePolicy.Split;
    }

    /// <summary>
    /// The policies. Data endianness and ignored tag bits are not taken from here: they are read from the CPU's registers.
    /// </summary>
    public EmulationOptions Options
    {
        get => _options;
        set
        {
            _handler.Options = value;
            _options = value;
        }
    }

    /// <summary>
    /// What KVM_EXIT_ARM_LDST64B does, instead of <see cref="EmulationOptions.SixtyFourBytes"/>: KVM exits so for guests that have been
    /// given FEAT_LS64. At first one transaction of 64 bytes, or <see cref="SixtyFourBytePolicy.Split"/> where the devices are no
    /// <see cref="IWideMmioBus"/>.
    /// </summary>
    public SixtyFourBytePolicy SixtyFourBytes { get; set; }

    /// <summary>The instruction of the last exit; empty if none was decoded.</summary>
    public AccessDescriptor Access => _handler.Access;

    /// <summary>How the last exit ended, in detail.</summary>
    public ExitOutcome Outcome => _handler.Outcome;

    /// <summary>PC at the last exit, for <see cref="RetryLimit.Allows"/>.</summary>
    public ulong Pc { get; private set; }

    /// <summary>The CPU's registers.</summary>
    public KvmGuestRegisters Registers => _registers;

    /// <summary>
    /// Explains the last exit to a person, before the CPU runs again. It reads the registers that it tells, and MAIR_EL1
    /// for what the guest takes the address for.
    /// </summary>
    /// <returns>The explanation.</returns>
    public ExitExplanation Explain()
    {
        _registers.ReadsMemoryAttributes = true;
        try
        {
            return ExitExplanation.Of(_handler);
        }
        finally
        {
            _registers.ReadsMemoryAttributes = false;
            _registers.Cache.Discard();
        }
    }

    /// <summary>Explains an exit that is not served: nothing is accessed and no register changes.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>The explanation.</returns>
    /// <exception cref="KvmException">The host refused to read a register.</exception>
    public ExitExplanation Explain(KvmArmNisvExit exit)
    {
        _handler.Begin(Start(exit));
        try
        {
            return Explain();
        }
        finally
        {
            Abandon();
        }
    }

    /// <summary>Serves a KVM_EXIT_ARM_NISV or KVM_EXIT_ARM_LDST64B.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>What was done; not <see cref="KvmExitOutcome.Pending"/>. Registers are written back to KVM, or nothing changed, as
    /// also when a device throws.</returns>
    /// <exception cref="InvalidOperationException">The handler was made without devices.</exception>
    /// <exception cref="KvmException">The host refused to read or write a register.</exception>
    public KvmExitOutcome Handle(KvmArmNisvExit exit)
    {
        if (!_hasDevices)
        {
            throw new InvalidOperationException("This handler has no devices: use Begin.");
        }

        try
        {
            return End(_handler.Handle(Start(exit)));
        }
        finally
        {
            // What was read is not to be taken for the registers of another exit, whatever happened.
            _registers.Cache.Discard();
        }
    }

    /// <summary>Decides about a KVM_EXIT_ARM_NISV or KVM_EXIT_ARM_LDST64B, and ends it if it needs no device.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns><see cref="KvmExitOutcome.Pending"/> when there are transactions to perform and <see cref="Commit"/> to call;
    /// otherwise how it ended.</returns>
    /// <exception cref="KvmException">The host refused to read or write a register.</exception>
    public KvmExitOutcome Begin(KvmArmNisvExit exit)
    {
        bool isPending = false;
        try
        {
            ExitOutcome begun = _handler.Begin(Start(exit));
            isPending = begun.Status == ExitStatus.Pending;
            return isPending ? KvmExitOutcome.Pending : End(begun);
        }
        finally
        {
            if (!isPending)
            {
                _registers.Cache.Discard();
            }
        }
    }

    /// <summary>The next transaction with a device, as <see cref="ExitHandler.TryGetNext"/>; none any more when the exit is abandoned.</summary>
    /// <param name="transaction">The transaction, at its guest-physical address.</param>
    /// <returns>Whether there is one; when not, <see cref="Commit"/> is due.</returns>
    public bool TryGetNext(out BusTransaction transaction)
    {
        return _handler.TryGetNext(out transaction);
    }

    /// <summary>Copies the data of a write of 64 bytes, as <see cref="ExitHandler.CopyData"/>.</summary>
    /// <param name="destination">At least as long as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void CopyData(Span<byte> destination) => _handler.CopyData(destination);

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="low">Of a read the first eight bytes; of a write of 64 bytes the status for ST64BV and ST64BV0.</param>
    /// <param name="high">Of a read of 16 bytes the second eight.</param>
    /// <exception cref="InvalidOperationException">There is no transaction, or it reads 64 bytes.</exception>
    public void Complete(ulong low = 0, ulong high = 0) => _handler.Complete(low, high);

    /// <summary>Reports that the transaction of <see cref="TryGetNext"/> was performed.</summary>
    /// <param name="data">For a read the bytes in ascending order of addresses, exactly as many as the transaction's size.</param>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length than the transaction.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Complete(ReadOnlySpan<byte> data) => _handler.Complete(data);

    /// <summary>Reports that the device refused the transaction of <see cref="TryGetNext"/>.</summary>
    /// <param name="status">The device's answer; not <see cref="BusStatus.Success"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="status"/> is success.</exception>
    /// <exception cref="InvalidOperationException">There is no transaction.</exception>
    public void Fail(BusStatus status) => _handler.Fail(status);

    /// <summary>Writes the registers back to KVM, when all transactions have been performed.</summary>
    /// <returns>How the exit ended.</returns>
    /// <exception cref="InvalidOperationException">Transactions are outstanding.</exception>
    /// <exception cref="KvmException">The host refused to write a register.</exception>
    public KvmExitOutcome Commit()
    {
        ExitOutcome ended = _handler.Commit(); // throws while transactions are outstanding, and leaves them so
        try
        {
            return End(ended);
        }
        finally
        {
            _registers.Cache.Discard();
        }
    }

    /// <summary>
    /// Gives up the exit that is being served: no register is written, and no further transaction follows. For a CPU that has been given
    /// another state meanwhile; under <see cref="Handle"/> a device calls it, on the CPU's thread.
    /// </summary>
    public void Abandon()
    {
        _handler.Abandon();
        _registers.Cache.Discard();
    }

    /// <summary>
    /// Completes the read of a KVM_EXIT_MMIO. On a kernel that loses the sign of LDRSB, LDRSH and LDRSW, KVM is made to complete a
    /// negative one at once and the register is then corrected: one KVM_RUN, one opcode read and one register write more than
    /// <see cref="IKvmVirtualCpu.CompleteMmioRead"/>. Which kernel it is, the first negative one tells; on one that extends rightly
    /// nothing more is read from then on.
    /// </summary>
    /// <param name="value">What the device answered, in the low bytes.</param>
    /// <exception cref="InvalidOperationException">The handler was made without a CPU.</exception>
    /// <exception cref="KvmException">The host refused a request.</exception>
    public void CompleteRead(ulong value) =>
        _signedLoads.Complete(_cpu ?? throw new InvalidOperationException("This handler has registers only, and no CPU whose reads it could complete."), value);

    private DataAbortExit Start(KvmArmNisvExit exit)
    {
        _registers.Cache.Discard();
        Pc = _registers.Pc;
        if (!exit.IsSixtyFourBytes)
        {
            _handler.Options = _options;
            return DataAbortExit.FromKvmNisv(exit.Syndrome, exit.FaultIpa);
        }

        // KVM exits so for faults of a mapping alone, and hides which: without one the rest of the syndrome has no meaning.
        const ulong ExceptionClasses = 0xFCul << 24;
        const ulong DataAbortLowerEl = 0x24ul << 26;
        const ulong TranslationFault = 0x7;
        _handler.Options = _options with { SixtyFourBytes = SixtyFourBytes };
        ulong syndrome = (exit.Syndrome & ~(ExceptionClasses | 0x3F)) | DataAbortLowerEl | TranslationFault;
        return new DataAbortExit(DataAbortSyndrome.FromEsr(syndrome), null, IntermediatePhysicalAddress.FromAddress(exit.FaultIpa));
    }

    private KvmExitOutcome End(in ExitOutcome served)
    {
        switch (served.Status)
        {
            case ExitStatus.Completed:
            case ExitStatus.Continue: // part of a memory copy or set: the guest goes on with the rest
                return WriteBack(KvmExitOutcome.Completed);
            case ExitStatus.Retry:
                return KvmExitOutcome.Retry;
            case ExitStatus.GuestFault:
            case ExitStatus.NotInstructionAccess when served.Action == ExitAction.InjectFault:
                KvmExceptions.Take(_registers, served.Fault);
                return WriteBack(KvmExitOutcome.FaultDelivered);
            case ExitStatus.Abandoned:
                return KvmExitOutcome.Abandoned;
            default:
                return KvmExitOutcome.NotEmulated;
        }
    }

    // What is in the cache belongs to the instruction that trapped.
    private KvmExitOutcome WriteBack(KvmExitOutcome outcome)
    {
        if (!_registers.Cache.IsCurrent(KvmRegisterId.Pc, Pc))
        {
            return KvmExitOutcome.Abandoned;
        }

        _registers.Cache.Commit();
        return outcome;
    }
}
