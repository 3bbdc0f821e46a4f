using System;
using System.Buffers.Binary;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>A guest that executes one instruction case after another, on RAM or on the device. The VMM writes its
/// registers, its code and its translation tables; a breakpoint instruction after the case ends it.</summary>
internal sealed class InstructionGuest : IDisposable
{
    private const ulong CodePage = Machine.RamBase;
    private const ulong Code = CodePage + 0xfe00;
    private const ulong LandingOffset = 0x80;
    private const ulong Window = CodePage + 0x1_0000;
    private const ulong WindowSize = 0x2_0000;
    private const ulong Vectors = CodePage + 0x4_0000;
    private const ulong Tables = CodePage + 0x10_0000;
    private const ulong UpperHalf = 0xffff_8000_0000_0000;
    private const ulong Tag = 0xa5ul << 56;
    private const int BaseOffset = 0x200;
    private const int PageBoundaryOffset = BaseOffset + 0xe00;
    private const int Observed = 0x2000;
    private const uint ZeroAndCarry = 6u << 28;
    private const int VectorRegisters = 32;
    private const int LinkRegisterAbort = 20; // LR_abt is X20

    private readonly GuestMode _mode;
    private readonly bool _onDevice;
    private readonly Machine _machine;
    private readonly KvmVirtualCpu _cpu;
    private readonly CpuLoop _loop;
    private readonly ulong _base;
    private readonly byte[] _contents = new byte[Observed];

    public InstructionGuest(KvmSystem kvm, GuestMode mode, bool onDevice, Func<Machine, KvmVirtualCpu, IFaultHandler?> faults)
    {
        _mode = mode;
        _onDevice = onDevice;
        KvmVcpuFeatures features = KvmVcpuFeatures.Psci02
            | (mode.IsAArch32 ? KvmVcpuFeatures.El1AArch32 : KvmVcpuFeatures.None)
            | (mode.HasSve ? KvmVcpuFeatures.Sve : KvmVcpuFeatures.None);
        _machine = new Machine(kvm, 32 << 20, 1, features, interruptController: false);
        _cpu = _machine.Cpus[0];
        _cpu.SetSoftwareBreakpoints(true);
        _loop = new CpuLoop(_cpu, _machine.Bus, faults(_machine, _cpu));

        ulong window = mode.HasTranslation || !onDevice ? Window | Half : Machine.TestDevice;
        _base = (window + BaseOffset) | (mode.Tagged ? Tag : 0);
        Breakpoints(Vectors, 0x800 / 4);
        SetSystemRegisters();
    }

    public CpuLoop Loop => _loop;

    /// <summary>The device that the cases access when they do not run on RAM.</summary>
    public Devices.RegisterBlock Device => _machine.Device;

    /// <summary>Where in the device the base register points.</summary>
    public static ulong DeviceOffset => BaseOffset;

    // SCTLR.EE orders table walks and, in AArch32, the data of exception handlers.
    private bool TablesAreBigEndian => _mode.BigEndian && _mode.ExceptionLevel == 1;

    // Another vector length for each translation regime.
    private int VectorLength => !_mode.HasSve ? 16 : _mode.Translation switch
    {
        GuestTranslation.Off => 16,
        GuestTranslation.Granule4K => 32,
        GuestTranslation.Granule16K => 64,
        _ => 256,
    };

    private ulong Half => _mode.UpperHalf ? UpperHalf : 0;

    /// <summary>Stops a run that does not end.</summary>
    public void Abandon() => _cpu.RequestExit();

    /// <summary>The state in which a case starts.</summary>
    public GuestState Before(InstructionCase test)
    {
        Prepare(test);
        return Observe(default);
    }

    /// <summary>Turns the state before a case into the one at the guest's abort handler: all registers as they were, but
    /// for those that taking the exception changes (Arm ARM, AArch64.TakeException and AArch32.EnterMode).</summary>
    public void TakeAbort(GuestState state, InstructionCase test)
    {
        const uint ExternalAbort = 0x10;
        ulong[] registers = state.Registers;
        ulong address = _base + (ulong)test.AbortAt.GetValueOrDefault();
        ulong write = test.AbortIsWrite ? 1ul : 0;
        uint pstate = (uint)registers[GuestState.PState];
        if (_mode.IsAArch32)
        {
            const uint ShortExternalAbort = 8;
            const uint LongFormat = 1 << 9;
            const uint AbortMode = 0x17;
            const uint KeptFlags = 0xf000_0000;
            const uint Masked = 0x1c0;
            const uint BigEndianData = 1 << 9;
            uint status = _mode.Translation == GuestTranslation.Long ? LongFormat | ExternalAbort : ShortExternalAbort;
            registers[GuestState.Esr] = (write << 11) | status;
            registers[GuestState.Far] = (uint)address;
            registers[LinkRegisterAbort] = Code + 8;
            registers[GuestState.SpsrAbort] = pstate;
            registers[GuestState.PState] = (pstate & KeptFlags) | Masked | AbortMode | (TablesAreBigEndian ? BigEndianData : 0);
            registers[GuestState.Pc] = Vectors + 0x10;
        }
        else
        {
            const ulong LowerElDataAbort = 0x24;
            const ulong InstructionLength = 1 << 25;
            ulong level = (ulong)_mode.ExceptionLevel;
            registers[GuestState.Esr] = ((LowerElDataAbort | level) << 26) | InstructionLength | (write << 6) | ExternalAbort;
            registers[GuestState.Far] = address;
            registers[GuestState.Elr] = Code | Half;
            registers[GuestState.Spsr] = pstate;
            registers[GuestState.PState] = (pstate & 0xf000_0000) | 0x3c5;
            registers[GuestState.Pc] = (Vectors | Half) + (level == 1 ? 0x200ul : 0x400);
        }
    }

    /// <summary>Executes one case.</summary>
    /// <returns>The state in which it ended.</returns>
    public GuestState Execute(InstructionCase test)
    {
        Prepare(test);
        Stop stop = _loop.Run();
        return Observe(stop);
    }

    /// <summary>Whether the state is that of a case that ran to its end, and not into an exception vector.</summary>
    public bool RanToEnd(GuestState state, InstructionCase test)
    {
        ulong pc = state.Registers[GuestState.Pc];
        ulong end = Code + (ulong)test.Code.Length;
        return state.Stop.Kind == StopKind.Breakpoint && (pc == (end | Half) || pc == ((Code + LandingOffset) | Half));
    }

    public void Dispose() => _machine.Dispose();

    private void Prepare(InstructionCase test)
    {
        for (int i = 0; i < Observed; i++)
        {
            _contents[i] = (byte)(0x80 + (i * 0x2b) + (i >> 5));
        }

        if (test.BranchTargetAt >= 0)
        {
            ulong thumb = _mode.Set == GuestSet.T32 ? 1ul : 0;
            WriteWord(BaseOffset + test.BranchTargetAt, (uint)(Code + LandingOffset + thumb));
        }

        if (test.StatusAt >= 0)
        {
            WriteWord(BaseOffset + test.StatusAt, PState);
        }

        KvmGuestMemory memory = _machine.Vm.Memory;
        _contents.CopyTo(memory.GetSpan(Window, Observed));
        _machine.Device.Reset(_contents);
        _machine.Device.Refuse(DeviceOffset + (ulong)test.AbortAt.GetValueOrDefault(), test.AbortAt is null ? 0ul : 1);

        Breakpoints(Code, (int)LandingOffset / 2);
        test.Code.CopyTo(memory.GetSpan(Code, test.Code.Length));

        // PSTATE first: KVM narrows the general registers when it enters an AArch32 mode.
        _cpu.SetRegister(KvmRegisterId.PState, PState);
        _cpu.SetRegister(KvmRegisterId.Pc, Code | Half);
        _cpu.SetRegister(KvmRegisterId.EsrEl1, 0);
        _cpu.SetRegister(KvmRegisterId.FarEl1, 0);
        _cpu.SetRegister(KvmRegisterId.ElrEl1, 0);
        for (int i = 0; i < 31; i++)
        {
            ulong value = 0x8000_0000_0000_0000 + ((ulong)i * 0x0101_0101_0101_0101);
            _cpu.SetRegister(KvmRegisterId.X(i), _mode.IsAArch32 ? value >> 32 : value);
        }

        ReadOnlySpan<byte> data = _contents.AsSpan(BaseOffset);
        SetGeneral(2, _base);
        SetGeneral(3, 16);
        SetGeneral(9, _base + PageBoundaryOffset - BaseOffset);
        if (_mode.IsAArch32)
        {
            SetGeneral(13, _base);
            _cpu.SetRegister(KvmRegisterId.R(13, GuestMode.Supervisor), _base); // for SRS
            _cpu.SetRegister(KvmRegisterId.SpsrEl1, PState);
            _cpu.SetRegister(KvmRegisterId.SpsrAbort, PState);
            _cpu.SetRegister(KvmRegisterId.SpsrUndefined, PState);
            _cpu.SetRegister(KvmRegisterId.SpsrIrq, PState);
            _cpu.SetRegister(KvmRegisterId.SpsrFiq, PState);
        }
        else
        {
            SetGeneral(6, _mode.BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(data) : BinaryPrimitives.ReadUInt64LittleEndian(data));
            SetGeneral(7, _mode.BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(data[8..]) : BinaryPrimitives.ReadUInt64LittleEndian(data[8..]));
            SetGeneral(10, _mode.BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data));
            _cpu.SetRegister(KvmRegisterId.SpEl0, _base);
            _cpu.SetRegister(KvmRegisterId.SpEl1, _base);
        }

        PrepareVectors();
    }

    private void PrepareVectors()
    {
        Span<byte> vector = stackalloc byte[256];
        for (int i = 0; i < VectorRegisters; i++)
        {
            for (int j = 0; j < vector.Length; j++)
            {
                vector[j] = (byte)((i * 8) + (j * 3) + 1);
            }

            // Z31 holds offsets and Z30 addresses, for the gathering and scattering forms.
            if (i >= 30)
            {
                for (int lane = 0; lane < vector.Length / 8; lane++)
                {
                    ulong address = (ulong)(lane * 8) + (i == 30 ? _base : 0);
                    BinaryPrimitives.WriteUInt64LittleEndian(vector[(lane * 8)..], address);
                }
            }

            _cpu.SetRegister(_mode.HasSve ? KvmRegisterId.Z(i) : KvmRegisterId.V(i), vector);
        }

        if (_mode.HasSve)
        {
            Span<byte> predicate = stackalloc byte[32];
            for (int i = 0; i < 17; i++)
            {
                predicate.Fill(i switch { 0 or 16 => 0xff, 2 => 0, _ => 0x51 });
                _cpu.SetRegister(KvmRegisterId.P(i), predicate);
            }
        }
    }

    private GuestState Observe(Stop stop)
    {
        var state = new GuestState { Stop = stop, Base = _base, VectorLength = VectorLength };
        for (int i = 0; i < 31; i++)
        {
            state.Registers[i] = _cpu.GetRegister(KvmRegisterId.X(i));
        }

        state.Registers[GuestState.SpEl0] = _cpu.GetRegister(KvmRegisterId.SpEl0);
        state.Registers[GuestState.SpEl1] = _cpu.GetRegister(KvmRegisterId.SpEl1);
        state.Registers[GuestState.Pc] = _cpu.GetRegister(KvmRegisterId.Pc);
        state.Registers[GuestState.PState] = _cpu.GetRegister(KvmRegisterId.PState);
        state.Registers[GuestState.Esr] = _cpu.GetRegister(KvmRegisterId.EsrEl1);
        state.Registers[GuestState.Far] = _cpu.GetRegister(KvmRegisterId.FarEl1);
        state.Registers[GuestState.Elr] = _cpu.GetRegister(KvmRegisterId.ElrEl1);
        state.Registers[GuestState.Spsr] = _cpu.GetRegister(KvmRegisterId.SpsrEl1);
        state.Registers[GuestState.SpsrAbort] = _cpu.GetRegister(KvmRegisterId.SpsrAbort);
        for (int i = 0; i < VectorRegisters; i++)
        {
            _cpu.GetRegister(_mode.HasSve ? KvmRegisterId.Z(i) : KvmRegisterId.V(i), state.WholeVector(i));
        }

        for (int i = 0; _mode.HasSve && i < 17; i++)
        {
            _cpu.GetRegister(KvmRegisterId.P(i), state.WholePredicate(i));
        }

        ReadOnlySpan<byte> memory = _onDevice
            ? _machine.Device.Bytes[..Observed]
            : _machine.Vm.Memory.GetSpan(Window, Observed);
        memory.CopyTo(state.Memory);
        return state;
    }

    private uint PState
    {
        get
        {
            const uint InterruptsMasked = 0x3c0;
            const uint El1h = 5;
            const uint Thumb = 1 << 5;
            const uint BigEndianData = 1 << 9;
            if (!_mode.IsAArch32)
            {
                return ZeroAndCarry | InterruptsMasked | (_mode.ExceptionLevel == 0 ? 0 : El1h);
            }

            return ZeroAndCarry
                | 0x1c0
                | (_mode.BigEndian ? BigEndianData : 0)
                | (_mode.Set == GuestSet.T32 ? Thumb : 0)
                | (uint)_mode.AArch32Mode;
        }
    }

    private void SetGeneral(int number, ulong value) =>
        _cpu.SetRegister(_mode.IsAArch32 ? KvmRegisterId.R(number, _mode.AArch32Mode) : KvmRegisterId.X(number), value);

    private void WriteWord(int offset, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(
            _contents.AsSpan(offset),
            _mode.BigEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
    }

    private void Breakpoints(ulong address, int count)
    {
        Span<byte> memory = _machine.Vm.Memory.GetSpan(address, count * 4);
        for (int i = 0; i < count; i++)
        {
            uint breakpoint = _mode.Set switch
            {
                GuestSet.A64 => 0xd4200000, // brk #0
                GuestSet.T32 when address == Code => 0xbe00be00, // bkpt #0, twice
                _ => 0xe1200070, // bkpt #0; exceptions are taken in A32
            };
            BinaryPrimitives.WriteUInt32LittleEndian(memory[(i * 4)..], breakpoint);
        }
    }

    private void SetSystemRegisters()
    {
        if (_mode.IsAArch32)
        {
            SetAArch32();
        }
        else
        {
            SetAArch64();
        }

        _cpu.SetRegister(KvmRegisterId.VbarEl1, Vectors | Half);
        _cpu.SetRegister(KvmRegisterId.MairEl1, TranslationTables.MemoryAttributes);
    }

    private void SetAArch64()
    {
        const ulong Reserved = 0x30d0_0800;
        const ulong UserCacheOperations = (1ul << 26) | (1ul << 15) | (1ul << 14); // UCI, UCT, DZE
        const ulong DataBigEndianEl1 = 1ul << 25;
        const ulong DataBigEndianEl0 = 1ul << 24;
        const ulong FpAndSve = (3ul << 20) | (3ul << 16);
        ulong control = Reserved | UserCacheOperations
            | (TablesAreBigEndian ? DataBigEndianEl1 : 0)
            | (_mode.BigEndian && _mode.ExceptionLevel == 0 ? DataBigEndianEl0 : 0);
        if (_mode.HasTranslation)
        {
            (int granule, int bits, ulong tg0, ulong tg1) = _mode.Translation switch
            {
                GuestTranslation.Granule16K => (14, 47, 2ul, 1ul),
                GuestTranslation.Granule64K => (16, 48, 1ul, 3ul),
                _ => (12, 48, 0ul, 2ul),
            };
            var tables = new LongTables(_machine.Vm.Memory, Tables, TablesAreBigEndian, granule, bits);
            MapAll(tables);
            ulong unused = _mode.UpperHalf ? 1ul << 7 : 1ul << 23; // EPD0, EPD1
            ulong unusedBits = 64ul - (uint)bits; // T0SZ and T1SZ
            const ulong PhysicalAddresses40 = 2ul << 32;
            const ulong WriteBackShareable = 0x3500_3500;
            ulong tcr = PhysicalAddresses40 | WriteBackShareable | unused
                | unusedBits | (unusedBits << 16)
                | (tg0 << 14) | (tg1 << 30)
                | (_mode.Tagged ? 1ul << 37 : 0);
            _cpu.SetRegister(KvmRegisterId.TcrEl1, tcr);
            _cpu.SetRegister(_mode.UpperHalf ? KvmRegisterId.Ttbr1El1 : KvmRegisterId.Ttbr0El1, tables.Root);
            control |= 1;
        }

        _cpu.SetRegister(KvmRegisterId.CpacrEl1, FpAndSve);
        _cpu.SetRegister(KvmRegisterId.SctlrEl1, control);
        if (_mode.HasSve)
        {
            _cpu.SetRegister(KvmRegisterId.ZcrEl1, ((ulong)VectorLength / 16) - 1);
        }
    }

    private void SetAArch32()
    {
        const ulong Reserved = 0x00c5_0838;
        const ulong ExceptionBigEndian = 1ul << 25;
        const ulong FpEnabled = 0xful << 20;
        const ulong FpexcEnable = 1ul << 30;
        ulong control = Reserved | (TablesAreBigEndian ? ExceptionBigEndian : 0);
        if (_mode.HasTranslation)
        {
            bool isLong = _mode.Translation == GuestTranslation.Long;
            TranslationTables tables = isLong
                ? new LongTables(_machine.Vm.Memory, Tables, TablesAreBigEndian, 12, 32)
                : new ShortTables(_machine.Vm.Memory, Tables, TablesAreBigEndian);
            MapAll(tables);
            const ulong ExtendedAddressEnable = 1ul << 31;
            const ulong WriteBackShareable = 0x3500;
            _cpu.SetRegister(KvmRegisterId.TcrEl1, isLong ? ExtendedAddressEnable | WriteBackShareable : 0);
            _cpu.SetRegister(KvmRegisterId.Ttbr0El1, tables.Root);
            _cpu.SetRegister(KvmRegisterId.Dacr32El2, 1); // client of domain 0
            control |= 1;
        }

        _cpu.SetRegister(KvmRegisterId.CpacrEl1, FpEnabled);
        _cpu.SetRegister(KvmRegisterId.Fpexc32El2, FpexcEnable);
        _cpu.SetRegister(KvmRegisterId.SctlrEl1, control);
    }

    private void MapAll(TranslationTables tables)
    {
        tables.Map(CodePage | Half, CodePage, 0x1_0000, MemoryKind.Code);
        tables.Map(Vectors | Half, Vectors, 0x1_0000, MemoryKind.Code);
        tables.Map(
            Window | Half,
            _onDevice ? Machine.TestDevice : Window,
            WindowSize,
            _onDevice ? MemoryKind.Device : MemoryKind.Data);
    }
}
