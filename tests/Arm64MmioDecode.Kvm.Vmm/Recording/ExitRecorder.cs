using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm.Vmm.Proof;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Kvm.Vmm.Recording;

/// <summary>Serves exits without a syndrome, and prints each as a line for <c>mmiodecode replay</c>, with the registers that
/// serving it took. The same exit is printed once.</summary>
internal sealed class ExitRecorder : IFaultHandler
{
    private static readonly KvmRegisterId[] s_savedStatus =
        [KvmRegisterId.SpsrEl1, KvmRegisterId.SpsrAbort, KvmRegisterId.SpsrUndefined, KvmRegisterId.SpsrIrq, KvmRegisterId.SpsrFiq];

    private readonly RecordingCpu _registers;
    private readonly LibraryHandler _handler;
    private readonly GuestMode _mode;
    private readonly HashSet<string> _seen;

    public ExitRecorder(Machine machine, KvmVirtualCpu cpu, GuestMode mode, HashSet<string> seen)
    {
        _registers = new RecordingCpu(cpu);
        _handler = new LibraryHandler(machine, _registers, new RetryLimit(), ExclusivePolicy.Perform);
        _mode = mode;
        _seen = seen;
    }

    /// <summary>Records the cases of an instruction set with the MMU off, in both byte orders.</summary>
    public static void Run(KvmSystem kvm, GuestSet set, IEnumerable<InstructionCase> cases)
    {
        // A case whose data is an address to go to is of use on no other device.
        InstructionCase[] selected = [.. cases.Where(c =>
            !c.NeedsTranslation && !c.NeedsSve && !c.NeedsSystemMode && c.BranchTargetAt < 0 && c.StatusAt < 0)];
        HashSet<string> seen = [];
        foreach (bool bigEndian in (bool[])[false, true])
        {
            var mode = new GuestMode(set, GuestTranslation.Off, 1, bigEndian);
            using var guest = new InstructionGuest(kvm, mode, onDevice: true, (machine, cpu) => new ExitRecorder(machine, cpu, mode, seen));
            foreach (InstructionCase test in selected)
            {
                guest.Execute(test);
            }
        }
    }

    public string? Handle(KvmVirtualCpu cpu)
    {
        KvmArmNisvExit exit = cpu.ArmNisv;
        _registers.Clear();
        string? problem = _handler.Handle(cpu);
        if (problem is null && _handler.Access.Length != 0)
        {
            string line = Describe(exit, _handler.Access);
            if (_seen.Add(line))
            {
                Console.WriteLine($"@record {{\"id\":\"{Name(_mode.Set)}-{_seen.Count:d3}\",{line}}}");
            }
        }

        return problem;
    }

    public void CompleteRead(ulong value) => _handler.CompleteRead(value);

    private static string Name(GuestSet set) => set.ToString().ToLowerInvariant();

    private string Describe(KvmArmNisvExit exit, in AccessDescriptor instruction)
    {
        IReadOnlyDictionary<KvmRegisterId, UInt128> read = _registers.Read;
        UInt128 pstate = read[KvmRegisterId.PState];
        string opcode = instruction.Length == 2 ? $"0x{instruction.Opcode:x4}" : $"0x{instruction.Opcode:x8}";
        List<string> members =
        [
            $"\"set\":\"{Name(_mode.Set)}\",\"exit\":\"KVM_EXIT_ARM_NISV\",\"opcode\":\"{opcode}\"",
            $"\"esr_iss\":\"0x{exit.Syndrome:x}\",\"fault_ipa\":\"0x{exit.FaultIpa:x}\"",
            $"\"pc\":\"0x{read[KvmRegisterId.Pc]:x}\",\"pstate\":\"0x{pstate:x}\"",
        ];
        IEnumerable<(int Number, UInt128 Value)> general = Registers(31, KvmRegisterId.X);
        IEnumerable<(int Number, UInt128 Value)> vectors = Registers(32, KvmRegisterId.V);
        if (_mode.IsAArch32)
        {
            List<(int, UInt128)> own = [];
            List<(int, UInt128)> others = [];
            foreach ((int number, UInt128 value) in general)
            {
                bool isOwn = AArch32RegisterView.TryFromAArch64(number, (int)pstate, out int register);
                (isOwn ? own : others).Add((isOwn ? register : number, value));
            }

            Add("r", own);
            Add("x", others);
            Add("d", vectors.SelectMany(v => new[] { (2 * v.Number, (UInt128)(ulong)v.Value), ((2 * v.Number) + 1, v.Value >> 64) }).Where(d => d.Item1 < 32));
            AddFirst("spsr", s_savedStatus);
        }
        else
        {
            AddFirst("sp", [KvmRegisterId.SpEl1]);
            Add("x", general);
            Add("v", vectors);
            if (_mode.BigEndian)
            {
                members.Add("\"options\":{\"bigEndian\":true}");
            }
        }

        return string.Join(',', members);

        IEnumerable<(int, UInt128)> Registers(int count, Func<int, KvmRegisterId> id) =>
            Enumerable.Range(0, count).Where(n => read.ContainsKey(id(n))).Select(n => (n, read[id(n)]));

        void Add(string name, IEnumerable<(int Number, UInt128 Value)> registers)
        {
            string[] values = [.. registers.Select(r => string.Create(CultureInfo.InvariantCulture, $"\"{r.Number}\":\"0x{r.Value:x}\""))];
            if (values.Length != 0)
            {
                members.Add($"\"{name}\":{{{string.Join(',', values)}}}");
            }
        }

        void AddFirst(string name, KvmRegisterId[] ids)
        {
            KvmRegisterId[] present = [.. ids.Where(read.ContainsKey)];
            if (present.Length != 0)
            {
                members.Add($"\"{name}\":\"0x{read[present[0]]:x}\"");
            }
        }
    }
}
