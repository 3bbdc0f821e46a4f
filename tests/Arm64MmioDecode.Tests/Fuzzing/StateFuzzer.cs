using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tests.Fuzzing;

/// <summary>Runs one random state after the other through <see cref="ExitHandler"/>, and checks after each what docs/security.md promises.</summary>
internal sealed class StateFuzzer
{
    // Two fetches of up to four lookups of T32 code, and each page of an access twice, each through both stages.
    private const int MostReadsOfBegin = 40 * Stage1.MaxTableLookups;
    private const int CopyLimit = 256;

    private readonly FuzzMemory _memory = new();
    private readonly FuzzDevices _devices = new();
    private readonly FuzzState _state = new();
    private readonly ReferenceModel _model;
    private readonly ExitHandler _handler;
    private readonly AccessPlan _plan = new();
    private readonly GuestRegisters _before = new();
    private readonly ulong _seed;

    public StateFuzzer(ulong seed)
    {
        _seed = seed;
        _model = new ReferenceModel(_memory);
        _handler = new ExitHandler(_state.Registers, _devices, _state, _memory);
    }

    /// <summary>How many cases ended in each way, by <see cref="ExitStatus"/>.</summary>
    public long[] Outcomes { get; } = new long[16];

    /// <summary>Writes of guest memory and of devices that the model was asked about, and those that it cannot tell.</summary>
    public long CheckedWrites { get; private set; }

    public long UnknownWrites { get; private set; }

    /// <summary>Exits that the model says a processor reports.</summary>
    public long TrueExits { get; private set; }

    /// <summary>Runs a case.</summary>
    /// <returns>What is wrong; null if nothing is.</returns>
    public string? Run(long number)
    {
        var random = new FuzzRandom(_seed ^ (ulong)number * 0xD134_2543_DE82_EF95);
        if (number % 4096 == 0 || Outcomes[15] == 0)
        {
            // A world of tables serves some thousand cases; every case takes its writes back.
            Outcomes[15] = 1;
            var world = new FuzzRandom(_seed ^ (ulong)(number / 4096));
            FuzzState.FillTables(_memory, ref world);
        }

        _state.Next(ref random);
        Save();
        _handler.Options = Options(ref random);
        _devices.RefuseAt = random.OneIn(8) ? random.Below(4) : -1;
        DataAbortExit exit = Exit(ref random, out bool isTrue, out bool delivered);

        _memory.Reads = 0;
        _devices.Clear();
        ExitOutcome outcome = _handler.Handle(exit);
        Outcomes[(int)outcome.Status]++;
        ulong pc = _state.Registers.Pc;
        ulong x0 = _state.Registers.GetX(0);
        int writes = _devices.WriteCount;
        string? wrong = Check(exit, outcome, isTrue, delivered);
        if (wrong is not null)
        {
            return wrong;
        }

        // The same state again.
        Restore();
        _memory.Undo();
        PlaceOpcode(delivered);
        _devices.Clear();
        ExitOutcome again = _handler.Handle(exit);
        bool same = again.Status == outcome.Status && again.Reason == outcome.Reason && writes == _devices.WriteCount && pc == _state.Registers.Pc && x0 == _state.Registers.GetX(0);
        Restore();
        _memory.Undo();
        return same ? null : $"not the same twice: {outcome.Status} {outcome.Reason}, {again.Status} {again.Reason}";
    }

    /// <summary>The state of the case that ran last.</summary>
    public string Describe()
    {
        Restore();
        _memory.Undo();
        Stage1Registers r = _state.Stage1;
        ulong far = _state.Registers.GetX(2);
        var lookups = new TableLookup[Stage1.MaxTableLookups];
        var text = new System.Text.StringBuilder();
        text.AppendLine($"{_handler.Access}, opcode {_state.Opcode:x8}, x2 0x{far:x}, pc 0x{_state.Registers.Pc:x}, PSTATE 0x{_state.Registers.PState:x}, {r.Regime}, features {r.Capabilities.Features}, {r.Capabilities.PhysicalAddressBits} bits");
        text.AppendLine($"SCTLR 0x{r.Sctlr:x} TCR 0x{r.Tcr:x} TCR2 0x{r.Tcr2:x} TTBR 0x{r.Ttbr0:x} 0x{r.Ttbr1:x} PIR 0x{r.Pir:x} 0x{r.Pire0:x} POR 0x{r.Por:x} 0x{r.PorEl0:x} DACR 0x{r.Dacr:x}");
        text.AppendLine($"HCR 0x{r.Hcr:x} VTCR 0x{r.Stage2.Vtcr:x} VTTBR 0x{r.Stage2.Vttbr:x} SCTLR_EL2 0x{r.Stage2.Sctlr:x} S2PIR 0x{r.Stage2.S2pir:x} S2POR 0x{r.Stage2.S2por:x}");
        foreach (char access in "rwx")
        {
            ulong at = access == 'x' ? _state.Registers.Pc : far;
            ReferenceModel.Answer answer = Model(at, access, false, out ulong pa);
            var request = new TranslationRequest(at, access == 'r' ? TranslationAccess.Read : access == 'w' ? TranslationAccess.Write : TranslationAccess.InstructionFetch, !_state.IsEL0) { Pan = (_state.Registers.PState >> 22 & 1) != 0 };
            TranslationResult result = Stage1.Translate(_memory, r, request, lookups);
            text.AppendLine($"{access} 0x{at:x}: the model says {answer} 0x{pa:x}; the library {result.Fault} 0x{result.PhysicalAddress:x} {result.Permissions}");
            for (int i = 0; i < result.TableReads; i++)
            {
                text.AppendLine("    " + lookups[i]);
            }
        }

        return text.ToString();
    }

    private string? Check(in DataAbortExit exit, in ExitOutcome outcome, bool isTrue, bool delivered)
    {
        if (outcome.Status == ExitStatus.Pending)
        {
            return "no outcome";
        }

        if (_memory.Reads > MostReadsOfBegin + (CopyLimit * Stage1.MaxTableLookups) || _devices.WriteCount + _devices.ReadCount > 4 * CopyLimit + 64)
        {
            return $"too much work: {_memory.Reads} reads, {_devices.WriteCount + _devices.ReadCount} transactions";
        }

        bool completed = outcome.Status is ExitStatus.Completed or ExitStatus.Continue;
        if (!completed && outcome.Status != ExitStatus.GuestFault && (_devices.WriteCount != 0 || WritesOfAccess() != 0) && outcome.Reason != ExitReason.TranslationNotSupported)
        {
            return $"{outcome.Status} {outcome.Reason} after a write";
        }

        bool isCopy = _handler.Access.Kind is Descriptors.AccessKind.MemoryCopy or Descriptors.AccessKind.MemorySet;
        if (!completed && !isCopy && !Unchanged())
        {
            return $"{outcome.Status} {outcome.Reason} changed registers";
        }

        if (isTrue && outcome.Status == ExitStatus.Retry)
        {
            return $"Retry {outcome.Reason} of an exit that a processor repeats";
        }

        int placed = delivered ? 0 : _placed;
        for (int i = placed; i < _memory.WriteCount; i++)
        {
            if (_memory.Write(i).IsUpdate && (_memory.ChangedBits(i) & ~UpdatedBits) != 0)
            {
                return "an update of a descriptor changed more than its Access flag and dirty state";
            }
        }

        return completed || outcome.Status == ExitStatus.GuestFault ? CheckWrites(exit) : null;
    }

    // Access flag and dirty state in either byte order.
    private const ulong UpdatedBits = (1ul << 10) | (1ul << 7) | (1ul << 50) | (1ul << 63);

    private int _placed;

    private int WritesOfAccess()
    {
        int count = 0;
        for (int i = _placed; i < _memory.WriteCount; i++)
        {
            count += _memory.Write(i).IsUpdate ? 0 : 1;
        }

        return count;
    }

    // Every byte that was written lies in a page that the access's own addresses lead to, with permission to write.
    private string? CheckWrites(in DataAbortExit exit)
    {
        int devices = exit.Syndrome.Isv ? 0 : _devices.WriteCount;
        int memory = _memory.WriteCount;
        if (memory == _placed && devices == 0)
        {
            return null;
        }

        Span<ulong> pages = stackalloc ulong[64];
        int written = 0;
        bool intoTables = false;
        for (int i = _placed; i < memory && written < 48; i++)
        {
            (ulong address, int _, bool isUpdate) = _memory.Write(i);
            if (!isUpdate)
            {
                Add(pages, ref written, address >> 12);
                intoTables |= address >> 12 < FuzzMemory.TablePages;
            }
        }

        for (int i = 0; i < devices && written < 48; i++)
        {
            Add(pages, ref written, _devices.Write(i) >> 12);
        }

        if (written == 0)
        {
            return null;
        }

        // Before the access. A copy that wrote its own tables has had several states.
        _memory.Undo();
        PlaceOpcode(delivered: _placed == 0);
        if (intoTables && written > 1)
        {
            return null;
        }

        Restore();
        ulong address0 = exit.FaultAddress ?? exit.Ipa.Value;
        _plan.Prepare(_handler.Access, address0, _state.Registers, _handler.Options);
        Span<ulong> allowed = stackalloc ulong[64];
        int count = 0;
        bool unknown = false;
        for (int i = 0; i < _plan.RangeCount; i++)
        {
            AddressRange range = _plan.GetRange(i);
            if (range.IsWritten && range.Length != 0)
            {
                for (int page = 0; page < 8; page++)
                {
                    // The first pages and the last ones, where a backward copy begins.
                    ulong offset = page < 4 ? (ulong)page << 12 : range.Length - 1 - ((ulong)(page - 4) << 12);
                    if (offset < range.Length || page == 0)
                    {
                        Ask(range.Address + offset, range.IsUnprivileged, allowed, ref count, ref unknown);
                    }

                    if (page is > 0 and < 4)
                    {
                        Ask((range.Address & ~0xFFFul) + ((ulong)page << 12), range.IsUnprivileged, allowed, ref count, ref unknown);
                    }
                }
            }
        }

        for (int i = 0; i < written; i++)
        {
            CheckedWrites++;
            if (allowed[..count].IndexOf(pages[i]) < 0)
            {
                if (!unknown)
                {
                    return $"page 0x{pages[i]:x} was written, and nothing allows it";
                }

                UnknownWrites++;
            }
        }

        return null;
    }

    private void Ask(ulong va, bool unprivileged, Span<ulong> allowed, ref int count, ref bool unknown)
    {
        switch (Model(va, 'w', unprivileged, out ulong pa))
        {
            case ReferenceModel.Answer.Allowed when count < allowed.Length:
                allowed[count++] = pa >> 12;
                break;
            case ReferenceModel.Answer.Unknown:
                unknown = true;
                break;
        }
    }

    // AArch64.IsUnprivAccessPriv.
    private ReferenceModel.Answer Model(ulong va, char access, bool unprivileged, out ulong pa)
    {
        ulong pstate = _state.Registers.PState;
        bool asEL0 = _state.IsEL0;
        if (unprivileged && !asEL0)
        {
            bool uao = !_state.IsAArch32 && (pstate & (1 << 23)) != 0;
            bool el2 = !_state.IsAArch32 && (pstate & 12) == 8;
            ulong hcr = _state.Stage1.Hcr;
            asEL0 = !uao && !(el2 && !((hcr >> 34 & 1) == 1 && (hcr >> 27 & 1) == 1));
        }

        bool pan = (pstate & (1 << 22)) != 0 && !asEL0;
        bool el0 = asEL0 && _state.Stage1.Regime != Stage1Regime.EL2;
        return _model.Translate(_state.Stage1, _state.IsAArch32 ? (uint)va : va, access, el0, pan, out pa);
    }

    private static void Add(Span<ulong> pages, ref int count, ulong page)
    {
        if (pages[..count].IndexOf(page) < 0)
        {
            pages[count++] = page;
        }
    }

    // An exit that is true as often as not: the address that X2 has, where it leads, the direction of the opcode.
    private DataAbortExit Exit(ref FuzzRandom random, out bool isTrue, out bool delivered)
    {
        isTrue = false;
        _placed = 0;
        ulong address = _state.Registers.GetX(2);
        ulong far = _state.IsAArch32 ? (uint)address : address;
        bool write = random.OneIn(2);
        uint opcode = _state.Opcode;
        bool isPair = opcode is 0xA9400440 or 0xA9000440 or 0xA8C10440 or 0xA8810440;
        if (isPair)
        {
            write = opcode is 0xA9000440 or 0xA8810440;
        }

        ulong esr = (random.OneIn(12) ? random.Next() : 0x9200_0000ul | random.RareBit(10, 24) | (random.OneIn(10) ? random.Next() & 0x1FF : 7)) & ~(1ul << 6) | (write ? 1ul << 6 : 0)
            | (opcode is 0xD50B7A22 or 0xD50B7E22 or 0xD5087622 or 0xD50B7522 ? 0x140ul : 0);
        ReferenceModel.Answer answer = Model(far, write ? 'w' : 'r', unprivileged: false, out ulong ipa);
        delivered = random.OneIn(2) || !TryPlace(ref random);
        bool agrees = answer == ReferenceModel.Answer.Allowed && ipa >= FuzzMemory.Size;
        if (!agrees)
        {
            ipa = random.OneIn(2) ? random.Next() : FuzzState.Device | (far & 0xFFF);
        }

        // A pair at EL1 or EL0 whose bytes of the first register lie in the device: a processor exits, and again.
        isTrue = agrees && isPair && !_state.IsAArch32 && (far & 7) == 0 && (far & 0xFFF) <= 0xFF0 && esr == (0x9200_0007 | (write ? 1ul << 6 : 0)) && (delivered || _placed != 0);
        if (isTrue)
        {
            TrueExits++;
        }

        DataAbortExit exit = random.Below(isTrue ? 2 : 3) switch
        {
            0 => DataAbortExit.FromKvmNisv(esr, ipa),
            1 => DataAbortExit.FromAddresses(esr, far, ipa),
            _ => DataAbortExit.FromRegisters(esr, random.OneIn(4) ? random.Next() : far, (ipa >> 12) << 4),
        };
        Span<byte> bytes = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, opcode);
        return delivered ? exit.WithInstruction(bytes) : exit;
    }

    // Puts the opcode where PC leads, if the model lets it be fetched from RAM.
    private bool TryPlace(ref FuzzRandom random)
    {
        _placed = 0;
        ulong pc = _state.Registers.Pc;
        return (pc & 3) == 0 && (_state.Registers.PState & 0x30) != 0x30 && Model(pc, 'x', false, out _place) == ReferenceModel.Answer.Allowed
            && _place >= FuzzMemory.TablePages * FuzzMemory.PageSize && _place < FuzzMemory.RomStart && PlaceOpcode(delivered: false);
    }

    private ulong _place;

    private bool PlaceOpcode(bool delivered)
    {
        if (delivered)
        {
            _placed = 0;
            return false;
        }

        Span<byte> bytes = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, _state.Opcode);
        _placed = _memory.TryWrite(_place, bytes) ? 1 : 0;
        return _placed != 0;
    }

    private static EmulationOptions Options(ref FuzzRandom random) => new()
    {
        Exclusives = (ExclusivePolicy)random.Below(3),
        Atomics = (AtomicPolicy)random.Below(2),
        SixtyFourBytes = (SixtyFourBytePolicy)random.Below(3),
        Unaligned = (UnalignedPolicy)random.Below(3),
        Unpredictable = (UnpredictablePolicy)random.Below(3),
        CacheMaintenance = (CacheMaintenancePolicy)random.Below(2),
        BusWidth = 1 << random.Below(4),
        CopyLimit = CopyLimit,
    };

    private void Save() => Copy(_state.Registers, _before);

    private void Restore() => Copy(_before, _state.Registers);

    private static void Copy(GuestRegisters from, GuestRegisters to)
    {
        for (int i = 0; i < 31; i++)
        {
            to.SetX(i, from.GetX(i));
        }

        for (int i = 0; i < 8; i++)
        {
            from.GetV(i, out ulong low, out ulong high);
            to.SetV(i, low, high);
        }

        to.Sp = from.Sp;
        to.Pc = from.Pc;
        to.PState = from.PState;
    }

    private bool Unchanged()
    {
        GuestRegisters now = _state.Registers;
        bool same = now.Pc == _before.Pc && now.Sp == _before.Sp && now.PState == _before.PState;
        for (int i = 0; i < 31; i++)
        {
            same &= now.GetX(i) == _before.GetX(i);
        }

        return same;
    }
}
