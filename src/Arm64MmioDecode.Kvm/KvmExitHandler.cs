using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Kvm;

/// <summary>
/// Serves the exits of one virtual CPU: KVM_EXIT_ARM_NISV, where KVM does not know the access, and reads of
/// KVM_EXIT_MMIO, which KVM completes without sign extension.
/// </summary>
/// <remarks>
/// KVM gives the syndrome's CM, WnR and DFSC and the IPA, but no FAR. So the instruction is performed only if one of the
/// pages that its own addresses translate to is the page of the IPA, and its direction is that of the exit. Keep one for
/// each CPU and use it on that CPU's thread.
/// </remarks>
public sealed class KvmExitHandler
{
    private const int ModeMask = 0x1F;

    private readonly KvmGuestRegisters _registers;
    private readonly IGuestMemory _memory;
    private readonly ExitHandler _handler;

    /// <summary>Makes a handler for a CPU.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <param name="memory">The guest's memory, such as the <see cref="KvmGuestMemory"/> of its machine; an
    /// <see cref="IGuestRam"/> also for accesses that lie partly in memory.</param>
    /// <param name="devices">The devices, by guest physical address, for what is not memory.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public KvmExitHandler(IKvmVirtualCpu cpu, IGuestMemory memory, IMmioBus devices)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(devices);
        _registers = new KvmGuestRegisters(cpu);
        _memory = memory;
        _handler = new ExitHandler(_registers, devices, _registers, memory);
    }

    /// <summary>
    /// The policies. Data endianness and ignored tag bits are not taken from here: they are read from the CPU's registers.
    /// </summary>
    public EmulationOptions Options
    {
        get => _handler.Options;
        set => _handler.Options = value;
    }

    /// <summary>The instruction of the last KVM_EXIT_ARM_NISV; empty if none was decoded.</summary>
    public AccessDescriptor Access => _handler.Access;

    /// <summary>How the last KVM_EXIT_ARM_NISV ended, in detail.</summary>
    public ExitOutcome Outcome => _handler.Outcome;

    /// <summary>PC at the last KVM_EXIT_ARM_NISV, for <see cref="RetryLimit.Allows"/>.</summary>
    public ulong Pc { get; private set; }

    /// <summary>The CPU's registers, for counting system calls.</summary>
    public KvmGuestRegisters Registers => _registers;

    /// <summary>
    /// Explains the last KVM_EXIT_ARM_NISV to a person, before the CPU runs again. It reads the registers that it tells, and MAIR_EL1
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

    /// <summary>Serves a KVM_EXIT_ARM_NISV.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>What was done. Registers are written back to KVM, or nothing changed, as also when a device throws.</returns>
    public KvmExitOutcome Handle(KvmArmNisvExit exit)
    {
        try
        {
            KvmExitOutcome outcome = Serve(exit);
            if (outcome is KvmExitOutcome.Completed or KvmExitOutcome.FaultDelivered)
            {
                _registers.Cache.Commit();
            }

            return outcome;
        }
        finally
        {
            // What was read is not to be taken for the registers of another exit, whatever happened.
            _registers.Cache.Discard();
        }
    }

    /// <summary>
    /// Completes the read of a KVM_EXIT_MMIO. If the instruction sign-extends, KVM is made to complete it at once and the
    /// register is then corrected, since KVM zero-extends: one KVM_RUN, one opcode read and one register write more than
    /// <see cref="IKvmVirtualCpu.CompleteMmioRead"/>.
    /// </summary>
    /// <param name="value">What the device answered, in the low bytes.</param>
    public void CompleteRead(ulong value)
    {
        IKvmVirtualCpu cpu = _registers.Cache.Cpu;
        int length = cpu.Mmio.Length;
        bool signed = TryDecode(out AccessDescriptor access) && access.Kind == AccessKind.Load && access.Extend == LoadExtend.Sign && access.ElementSize == length;
        bool bigEndian = signed && IsBigEndian();
        int width = access.RegisterWidth;
        bool toZeroRegister = access.InstructionSet == InstructionSet.A64 && access.Rt == 31;
        int register = access.InstructionSet == InstructionSet.A64 ? access.Rt : AArch32RegisterView.ToAArch64(access.Rt, (int)_registers.PState & ModeMask);
        _registers.Cache.Discard();
        cpu.CompleteMmioRead(value);
        if (!signed || toZeroRegister)
        {
            return;
        }

        // With an immediate exit requested, KVM_RUN completes the access and returns before the guest executes.
        bool exitRequested = cpu.ImmediateExit;
        cpu.ImmediateExit = true;
        cpu.Run();
        cpu.ImmediateExit = exitRequested;
        int unused = 64 - (8 * length);
        ulong element = bigEndian ? BinaryPrimitives.ReverseEndianness(value << unused) : value;
        ulong extended = (ulong)((long)(element << unused) >> unused);
        _registers.SetX(register, width == 64 ? extended : (uint)extended);
        _registers.Cache.Commit();
    }

    private KvmExitOutcome Serve(KvmArmNisvExit exit)
    {
        Pc = _registers.Pc;
        ExitOutcome served = _handler.Handle(DataAbortExit.FromKvmNisv(exit.Syndrome, exit.FaultIpa));
        switch (served.Status)
        {
            case ExitStatus.Completed:
            case ExitStatus.Continue: // part of a memory copy or set: the guest goes on with the rest
                return KvmExitOutcome.Completed;
            case ExitStatus.Retry:
                return KvmExitOutcome.Retry;
            case ExitStatus.GuestFault:
            case ExitStatus.NotInstructionAccess when served.Action == ExitAction.InjectFault:
                KvmExceptions.Take(_registers, served.Fault);
                return KvmExitOutcome.FaultDelivered;
            default:
                return KvmExitOutcome.NotEmulated;
        }
    }

    private bool TryDecode(out AccessDescriptor access)
    {
        ulong pc = _registers.Pc;
        FetchResult fetched = InstructionFetcher.Fetch(_memory, _registers.ReadRegisters(pc), pc, _registers.PState);
        return fetched.Decode(out access) == DecodeStatus.MemoryAccess;
    }

    private bool IsBigEndian()
    {
        const uint CpsrE = 1 << 9;
        const ulong SctlrE0E = 1ul << 24;
        const ulong SctlrEE = 1ul << 25;
        return _registers.IsAArch32
            ? (_registers.PState & CpsrE) != 0
            : (_registers.ReadSctlr() & (_registers.IsPrivileged ? SctlrEE : SctlrE0E)) != 0;
    }
}
