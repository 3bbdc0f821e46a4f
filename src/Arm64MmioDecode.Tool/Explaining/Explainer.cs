using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Fetching;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tool.Dumps;
using Arm64MmioDecode.Tool.Input;
using Arm64MmioDecode.Tool.Machines;
using Arm64MmioDecode.Translation;

namespace Arm64MmioDecode.Tool.Explaining;

/// <summary>Puts together what the user gave, and explains it. What the user said himself counts before what a dump says.</summary>
internal sealed class Explainer
{
    private const uint IssMask = (1u << 25) - 1;

    // ESR_ELx.EC of a data abort without a change of Exception level, IL, and the ISS fields that ISV makes valid (ISV to AR).
    private const ulong DataAbortSameEL = 0x25ul << 26;
    private const ulong IL = 1ul << 25;
    private const ulong IsvFieldsMask = 0x7FFul << 14;

    private const int GuestAndHypervisor = 2;
    private const int MaxNodeLength = 240;

    private readonly ExplainInput _input;
    private readonly CrashDump? _dump;
    private readonly List<string> _facts = [];
    private readonly ulong? _pc;
    private string? _symbol;
    private InstructionSet _set;

    private Explainer(ExplainInput input)
    {
        _input = input;
        _dump = input.Dump;
        _pc = input.Pc ?? _dump?.Pc;
        _symbol = _dump?.Symbol;
        _set = input.InstructionSet ?? _dump?.InstructionSet ?? InstructionSet.A64;
        _facts.AddRange(_dump?.Notes ?? []);
    }

    /// <summary>Explains an exit.</summary>
    /// <exception cref="BadInputException">A file cannot be used.</exception>
    public static ExplainedExit Explain(ExplainInput input) => new Explainer(input).Explain();

    private ExplainedExit Explain()
    {
        CheckFiles();
        Opcode? opcode = FindOpcode();
        AccessDescriptor access = default;
        DecodeStatus? decoded = opcode is { } word ? OpcodeDecoder.Decode(word, _set, ItState.None, out access) : null;
        GuestRegisters? registers = _dump?.Registers(access);
        DataAbortSyndrome syndrome = FindSyndrome(access);
        ulong? far = _input.Far ?? _dump?.Far;
        var exit = new DataAbortExit(syndrome, far, FindIpa(syndrome, far));
        ulong? virtualAddress = exit.FaultAddress ?? (registers is not null && decoded == DecodeStatus.MemoryAccess ? AddressOf(access, registers) : null);

        GuestMemoryView view = GuestMemoryView.Unknown;
        TableWalk? walk = _input.Tables is { } tables && virtualAddress is { } walked
            ? TableWalk.Of(tables, walked, syndrome.IsWnRValid && syndrome.WnR, registers is null || (registers.PState & 0xF) != 0)
            : null;
        if (walk is not null)
        {
            view = ViewOf(walk, _input.Tables!.Registers);
            _facts.Add(walk.Result.Succeeded
                ? string.Create(CultureInfo.InvariantCulture, $"The guest's page tables lead to 0x{walk.Result.PhysicalAddress:x} ({walk.Result.Attributes}).")
                : $"The guest's page tables do not lead anywhere: {walk.Result.Fault}.");
        }

        IReadOnlyList<TreeAnswer> trees = AskTrees(PhysicalAddress(exit, walk, virtualAddress), ref view);
        var circumstances = new ExitCircumstances
        {
            Pc = _pc,
            Symbol = _symbol,
            Registers = registers,
            MemoryView = view,
            Word = opcode is { } known ? "0x" + known.Value.ToString(known.Length == 2 ? "x4" : "x8", CultureInfo.InvariantCulture) : null,
            Facts = _facts,
            Walk = walk?.Lookups ?? [],
            Translation = walk?.Result,
        };
        return new ExplainedExit
        {
            Explanation = ExitExplanation.Of(exit, decoded, access, circumstances),
            InstructionSet = _set,
            IsSyndromeAssumed = (_input.Esr ?? _dump?.Esr) is null,
            Opcode = opcode,
            DumpFormat = _dump?.Format,
            Pc = _pc,
            Symbol = _symbol,
            DeviceTrees = trees,
            Walk = walk,
        };
    }

    // What is wrong with a file is said whether or not the answer needs it.
    private void CheckFiles()
    {
        if (_input.Program is { } program)
        {
            ProgramFile.Check(program);
        }

        foreach (FileAt? file in (ReadOnlySpan<FileAt?>)[_input.Memory, _input.Tables?.Memory])
        {
            if (file is not null)
            {
                UserFile.Check(file.File);
            }
        }
    }

    private Opcode? FindOpcode()
    {
        Opcode? opcode = _input.Opcode is { } text ? Opcode.Parse(Encoding.UTF8.GetBytes(text), _set)
            : _dump?.Opcode is { } word ? Opcode.ParseNumber(Encoding.UTF8.GetBytes(word), _set)
            : _dump?.Bytes is { } bytes ? OfBytes(bytes)
            : null;
        if (_input.Memory is { } memory && _pc is { } pc)
        {
            opcode ??= OfBytes(memory.Read(pc, sizeof(uint)));
        }

        if (_input.Program is { } program && (_input.Pc ?? _dump?.LinkedPc ?? _pc) is { } linked)
        {
            (byte[] code, string? symbol, InstructionSet? set) = ProgramFile.Find(program, linked);
            if (code.Length == 0 && _pc is { } loaded && loaded != linked)
            {
                // One that executes in place was linked for it.
                (code, symbol, set) = ProgramFile.Find(program, loaded);
            }

            _symbol ??= symbol;
            _set = opcode is null && set is { } known && _input.InstructionSet is null ? known : _set;
            opcode ??= OfBytes(code);
            if (code.Length == 0)
            {
                _facts.Add(string.Create(CultureInfo.InvariantCulture, $"The program has no code at 0x{linked:x}: it is another one, or it was moved when it was loaded."));
            }
        }

        return opcode;
    }

    private Opcode? OfBytes(byte[] bytes) =>
        InstructionFetcher.FromBytes(bytes, _set switch { InstructionSet.A64 => 0, InstructionSet.A32 => 0x10, _ => 0x30 }) is { Status: FetchStatus.Fetched } fetched
            ? new Opcode(fetched.Opcode, fetched.Length)
            : null;

    // A dump without a syndrome is of an exit that nobody could describe: the instruction tells which.
    private DataAbortSyndrome FindSyndrome(in AccessDescriptor access)
    {
        if (_input.Esr is { } given)
        {
            return _input.IsEsrEL1 ? DataAbortSyndrome.FromEsrEL1(given) : DataAbortSyndrome.FromEsr(given);
        }

        if (_dump?.Esr is { } dumped)
        {
            return _dump.IsEsrEL1 || _input.IsEsrEL1 ? DataAbortSyndrome.FromEsrEL1(dumped) : DataAbortSyndrome.FromEsr(dumped);
        }

        if (_dump?.IsEsrEL1 == true)
        {
            _facts.Add("The log has no fault status: an External abort is assumed, which is what becomes of an access that nothing answers, with the direction of the instruction.");
            return DataAbortSyndrome.FromEsrEL1(DataAbortSameEL | IL | Iss(access, FaultStatusCode.SynchronousExternalAbort) & ~IsvFieldsMask);
        }

        _facts.Add("There is no syndrome: a data abort without a description (ISV = 0) is assumed, with the direction of the instruction.");
        return DataAbortSyndrome.FromKvmNisv(Iss(access, FaultStatusCode.Translation(level: 3)));
    }

    private static ulong Iss(in AccessDescriptor access, FaultStatusCode status) =>
        access.Kind is AccessKind.None or AccessKind.Prefetch ? (uint)status.Value : AccessSyndrome.Of(access, status).Value & IssMask;

    private IntermediatePhysicalAddress FindIpa(in DataAbortSyndrome syndrome, ulong? far)
    {
        if ((_input.Ipa ?? (_input.Hpfar is null ? _dump?.Ipa : null)) is { } given)
        {
            return IntermediatePhysicalAddress.FromAddress(given);
        }

        return (_input.Hpfar ?? _dump?.Hpfar) is not { } register ? default
            : far is { } address ? IntermediatePhysicalAddress.FromHpfar(in syndrome, register, address)
            : IntermediatePhysicalAddress.FromHpfar(in syndrome, register);
    }

    private static ulong? AddressOf(in AccessDescriptor access, GuestRegisters registers)
    {
        var plan = new AccessPlan();
        plan.Prepare(access, registers, EmulationRequest.DefaultOptions);
        return plan.RangeCount == 0 ? null : plan.GetRange(0).Address;
    }

    private static GuestMemoryView ViewOf(TableWalk walk, in Stage1Registers registers) =>
        !walk.Result.Succeeded ? GuestMemoryView.NotMapped
        : (registers.Sctlr & 1) == 0 ? GuestMemoryView.TranslationOff
        : walk.Result.Attributes.IsDevice ? GuestMemoryView.Device
        : walk.Result.Attributes.Inner == Cacheability.NonCacheable && walk.Result.Attributes.Outer == Cacheability.NonCacheable ? GuestMemoryView.NormalNonCacheable
        : GuestMemoryView.NormalCacheable;

    private ulong? PhysicalAddress(in DataAbortExit exit, TableWalk? walk, ulong? virtualAddress)
    {
        if (exit.Ipa.Precision != IpaPrecision.None)
        {
            return exit.Ipa.Value;
        }

        if (walk is not null)
        {
            return walk.Result.Succeeded ? walk.Result.PhysicalAddress : null;
        }

        if (virtualAddress is not null && _input.DeviceTrees.Count != 0)
        {
            _facts.Add("The physical address is not known: the virtual one is taken for it, as it is with address translation off or an identity mapping.");
        }

        return virtualAddress;
    }

    private List<TreeAnswer> AskTrees(ulong? address, ref GuestMemoryView view)
    {
        List<TreeAnswer> answers = [];
        foreach (string file in _input.DeviceTrees)
        {
            AddressMap map = AddressMap.Read(file);
            if (address is { } asked)
            {
                answers.Add(new TreeAnswer(map.File, asked, map.Find(asked)));
            }
        }

        if (answers.Count == 0)
        {
            if (_input.DeviceTrees.Count != 0)
            {
                _facts.Add("The device tree was not asked: no address is known.");
            }

            return answers;
        }

        foreach (TreeAnswer answer in answers)
        {
            _facts.Add(answer.Node is { } node
                ? $"By the device tree {Quoted.Printable(answer.File)} there is {Quoted.Printable(node.ToString(), MaxNodeLength)}."
                : string.Create(CultureInfo.InvariantCulture, $"By the device tree {Quoted.Printable(answer.File)} there is nothing at 0x{answer.Address:x}."));
        }

        bool guestHasMemory = answers[0].Node is { IsMemory: true };
        if (guestHasMemory && view == GuestMemoryView.Unknown)
        {
            view = GuestMemoryView.DeclaredMemory;
        }

        if (answers.Count == GuestAndHypervisor && guestHasMemory != answers[1].Node is { IsMemory: true })
        {
            _facts.Add(guestHasMemory
                ? "The guest takes the address for memory, and the hypervisor's tree has none there: the guest was given the wrong device tree."
                : "The hypervisor's tree has memory there, and the guest's has none: the guest was given the wrong device tree.");
        }

        return answers;
    }
}
