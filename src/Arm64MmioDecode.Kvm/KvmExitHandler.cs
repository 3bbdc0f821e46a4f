using System;
using System.Buffers.Binary;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
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
    private const ulong PageOffset = 0xFFF;
    private const ulong SctlrE0E = 1ul << 24;
    private const ulong SctlrEE = 1ul << 25;
    private const ulong TcrTbi0 = 1ul << 37;
    private const ulong TcrTbi1 = 1ul << 38;
    private const ulong UpperHalf = 1ul << 55;
    private const int ModeMask = 0x1F;

    private readonly KvmGuestRegisters _registers;
    private readonly KvmGuestMemory _memory;
    private readonly TranslatedBus _bus;
    private readonly AccessPlan _plan = new();

    /// <summary>Makes a handler for a CPU.</summary>
    /// <param name="cpu">The CPU.</param>
    /// <param name="memory">The memory slots of its machine.</param>
    /// <param name="devices">The devices, by guest physical address, for what no slot has.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public KvmExitHandler(KvmVirtualCpu cpu, KvmGuestMemory memory, IMmioBus devices)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(devices);
        _registers = new KvmGuestRegisters(cpu);
        _memory = memory;
        _bus = new TranslatedBus(_registers, memory, devices);
    }

    /// <summary>
    /// The policies. Data endianness and ignored tag bits are not taken from here: they are read from the CPU's registers.
    /// </summary>
    public EmulationOptions Options { get; set; }

    /// <summary>The instruction of the last exit; empty if none was decoded.</summary>
    public AccessDescriptor Instruction { get; private set; }

    /// <summary>The CPU's registers, for counting system calls.</summary>
    public KvmGuestRegisters Registers => _registers;

    /// <summary>Serves a KVM_EXIT_ARM_NISV.</summary>
    /// <param name="exit">The exit.</param>
    /// <returns>What was done. Registers are written back to KVM, or nothing changed.</returns>
    public KvmExitOutcome Handle(KvmArmNisvExit exit)
    {
        KvmExitOutcome outcome = Serve(exit);
        if (outcome is KvmExitOutcome.Completed or KvmExitOutcome.FaultDelivered)
        {
            _registers.Cache.Commit();
        }
        else
        {
            _registers.Cache.Discard();
        }

        return outcome;
    }

    /// <summary>
    /// Completes the read of a KVM_EXIT_MMIO. If the instruction sign-extends, KVM is made to complete it at once and the
    /// register is then corrected, since KVM zero-extends: one KVM_RUN, one opcode read and one register write more than
    /// <see cref="KvmVirtualCpu.CompleteMmioRead"/>.
    /// </summary>
    /// <param name="value">What the device answered, in the low bytes.</param>
    public void CompleteRead(ulong value)
    {
        KvmVirtualCpu cpu = _registers.Cache.Cpu;
        int length = cpu.Mmio.Length;
        bool signed = TryDecode(out AccessDescriptor access) && access.Kind == AccessKind.Load && access.Extend == LoadExtend.Sign && access.ElementSize == length;
        bool bigEndian = signed && IsBigEndian();
        int width = access.RegisterWidth;
        bool toZeroRegister = access.InstructionSet == InstructionSet.A64 && access.Rt == 31;
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
        int register = access.InstructionSet == InstructionSet.A64 ? access.Rt : AArch32RegisterView.ToAArch64(access.Rt, (int)_registers.PState & ModeMask);
        _registers.SetX(register, width == 64 ? extended : (uint)extended);
        _registers.Cache.Commit();
    }

    private KvmExitOutcome Serve(KvmArmNisvExit exit)
    {
        if (!TryDecode(out AccessDescriptor access))
        {
            return KvmExitOutcome.Retry;
        }

        bool aarch32 = _registers.IsAarch32;
        EmulationOptions options = Options with { BigEndian = !aarch32 && IsBigEndian() };
        if (!aarch32)
        {
            options = options with { TopByteIgnored = IsTopByteIgnored(in access) };
        }

        EmulationStatus status = _plan.Prepare(in access, _registers, in options);
        if (status == EmulationStatus.NotEmulated)
        {
            return KvmExitOutcome.NotEmulated;
        }

        if (status != EmulationStatus.Fault && !(exit.IsCacheMaintenance && access.Kind == AccessKind.CacheMaintenance) && !Explains(exit))
        {
            return KvmExitOutcome.Retry;
        }

        status = status == EmulationStatus.Fault ? status : _plan.Execute(in access, _registers, _bus, in options);
        switch (status)
        {
            case EmulationStatus.Completed:
            case EmulationStatus.Continue: // part of a memory copy or set: the guest goes on with the rest
                return KvmExitOutcome.Completed;
            case EmulationStatus.Fault:
                KvmExceptions.Take(_registers, _plan.Fault);
                return KvmExitOutcome.FaultDelivered;
            default:
                return KvmExitOutcome.NotEmulated;
        }
    }

    private bool TryDecode(out AccessDescriptor access)
    {
        ulong pc = _registers.Pc;
        FetchResult fetched = InstructionFetcher.Fetch(_memory, _registers.ReadStage1(pc), pc, _registers.PState);
        access = default;
        bool decoded = fetched.Status == FetchStatus.Fetched && fetched.Decode(out access) == DecodeStatus.MemoryAccess;
        Instruction = access;
        return decoded;
    }

    private bool IsBigEndian()
    {
        const uint CpsrE = 1 << 9;
        return _registers.IsAarch32
            ? (_registers.PState & CpsrE) != 0
            : (_registers.Cache.Read(KvmRegisterId.SctlrEl1) & (_registers.IsPrivileged ? SctlrEE : SctlrE0E)) != 0;
    }

    private bool IsTopByteIgnored(in AccessDescriptor access)
    {
        if ((_registers.Cache.Read(KvmRegisterId.SctlrEl1) & 1) == 0)
        {
            return false;
        }

        ulong address = access.Rn == 31 ? _registers.Sp : _registers.GetX(access.Rn);
        return (_registers.Cache.Read(KvmRegisterId.TcrEl1) & ((address & UpperHalf) != 0 ? TcrTbi1 : TcrTbi0)) != 0;
    }

    // Whether the plan touches the page of the exit, in the exit's direction.
    private bool Explains(KvmArmNisvExit exit)
    {
        for (int i = 0; i < _plan.RangeCount; i++)
        {
            AddressRange range = _plan.GetRange(i);
            if (range.Length == 0 || (exit.IsWrite ? !range.IsWritten : !range.IsRead))
            {
                continue;
            }

            // A register access lies in at most two pages. A memory copy or set may cover any number of them, but its next access
            // is at one end: a guest must not choose how many pages are walked here.
            ulong last = range.Length - 1;
            ulong second = ((range.Address | PageOffset) + 1) - range.Address;
            if (IsPageOf(exit, range.Address) || IsPageOf(exit, range.Address + (second < last ? second : last)) || IsPageOf(exit, range.Address + last))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsPageOf(KvmArmNisvExit exit, ulong address)
    {
        TranslationResult page = _bus.Translate(address, exit.IsWrite);
        return page.Succeeded && (page.PhysicalAddress & ~PageOffset) == (exit.FaultIpa & ~PageOffset);
    }

    /// <summary>Guest virtual addresses: each access goes where its own address translates, to a memory slot or a device.</summary>
    private sealed class TranslatedBus(KvmGuestRegisters registers, KvmGuestMemory memory, IMmioBus devices) : IMmioBus
    {
        public TranslationResult Translate(ulong address, bool write) => Stage1.Translate(
            memory,
            registers.ReadStage1(address),
            new TranslationRequest(address, write ? TranslationAccess.Write : TranslationAccess.Read, registers.IsPrivileged));

        public BusStatus Read(ulong address, int size, out ulong value)
        {
            TranslationResult place = Translate(address, write: false);
            value = 0;
            if (!place.Succeeded)
            {
                return BusStatus.Fault(new FaultStatusCode(place.Fault.FaultStatusCode));
            }

            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            bytes.Clear();
            if (!memory.TryRead(place.PhysicalAddress, bytes[..size]))
            {
                return devices.Read(place.PhysicalAddress, size, out value);
            }

            value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            return BusStatus.Success;
        }

        public BusStatus Write(ulong address, int size, ulong value)
        {
            TranslationResult place = Translate(address, write: true);
            if (!place.Succeeded)
            {
                return BusStatus.Fault(new FaultStatusCode(place.Fault.FaultStatusCode));
            }

            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            return memory.TryWrite(place.PhysicalAddress, bytes[..size]) ? BusStatus.Success : devices.Write(place.PhysicalAddress, size, value);
        }
    }
}
