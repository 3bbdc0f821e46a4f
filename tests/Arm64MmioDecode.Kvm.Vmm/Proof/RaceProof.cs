using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm.Vmm.Devices;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>One CPU runs faulting instructions while another replaces them, moves their page and the device's page and
/// takes permissions away (tests/kvm/guests/race-a64.S). Every access that the device logs must be one that some version
/// of the code makes, and for each version the accesses must be as many as the guest counted. That the two really race
/// shows in the exits that end in a retry.</summary>
internal static class RaceProof
{
    private const ulong Program = Machine.RamBase;
    private const ulong WriterEntry = Program + 0x400;
    private const ulong Vectors = Program + 0x800;
    private const ulong CodePages = Program + 0x1_0000;
    private const ulong Counters = Program + 0x2_0000;
    private const ulong Stack = Program + 0x2_1000;
    private const ulong Tables = Program + 0x10_0000;
    private const ulong TablesSize = 0x1_0000;
    private const ulong CodeAddress = 0x1_2345_6000;
    private const ulong DeviceAddress = 0x2_3456_7000;
    private const int PagesMissing = 17;
    private const int UnexpectedSyndrome = 18;

    // 128 changes for each call, some of them in two steps, and calls that do not exit in between.
    private const int RetriesInARow = 1000;

    // By counter: the accesses of one execution, as (write, offset, size).
    private static readonly (bool IsWrite, ulong Offset, int Size)[][] s_versions =
    [
        [(false, 0x0, 4), (false, 0x4, 4)],
        [(true, 0x100, 4)],
        [(false, 0x200, 8), (false, 0x208, 8)],
        [(false, 0x0, 8)],
        [(true, 0x110, 8), (true, 0x118, 8)],
        [(false, 0x300, 4)],
        [(false, 0x200, 8)],
        [],
    ];

    public static void Run(KvmSystem kvm, string programPath, int iterations, Report report)
    {
        var clock = Stopwatch.StartNew();
        using var machine = new Machine(kvm, 32 << 20, 2, KvmVcpuFeatures.Psci02, interruptController: false, secondariesRun: true);
        machine.Vm.Memory.TryWrite(Program, File.ReadAllBytes(programPath));
        byte[] contents = new byte[Machine.TestDeviceSize];
        contents.AsSpan().Fill(0x11);
        machine.Device.Reset(contents);

        var tables = new LongTables(machine.Vm.Memory, Tables, bigEndian: false, 12, 48);
        tables.Map(Program, Program, 0x1000, MemoryKind.Code);
        tables.Map(CodePages, CodePages, 0x2000, MemoryKind.Data);
        tables.Map(Counters, Counters, 0x1000, MemoryKind.Data);
        tables.Map(Stack - 0x1000, Stack - 0x1000, 0x1000, MemoryKind.Data);
        tables.Map(Tables, Tables, TablesSize, MemoryKind.Data);
        tables.Map(CodeAddress, CodePages, 0x1000, MemoryKind.Code);
        tables.Map(DeviceAddress, Machine.TestDevice, 0x1000, MemoryKind.Device);
        foreach (ulong page in (ulong[])[CodePages, CodePages + 0x1000])
        {
            Span<byte> code = machine.Vm.Memory.GetSpan(page, 8);
            BinaryPrimitives.WriteUInt32LittleEndian(code, 0xd503201f); // nop
            BinaryPrimitives.WriteUInt32LittleEndian(code[4..], 0xd65f03c0); // ret
        }

        for (int i = 0; i < 2; i++)
        {
            KvmVirtualCpu cpu = machine.Cpus[i];
            cpu.SetRegister(KvmRegisterId.TcrEl1, 0x2_0080_3510); // 4 KiB, 48 bits, no TTBR1, 40 physical bits
            cpu.SetRegister(KvmRegisterId.MairEl1, TranslationTables.MemoryAttributes);
            cpu.SetRegister(KvmRegisterId.Ttbr0El1, tables.Root);
            cpu.SetRegister(KvmRegisterId.VbarEl1, Vectors);
            cpu.SetRegister(KvmRegisterId.CpacrEl1, 3 << 20);
            cpu.SetRegister(KvmRegisterId.SctlrEl1, 0x30d0_1805); // M, C, I
            cpu.SetRegister(KvmRegisterId.SpEl1, Stack);
            cpu.SetRegister(KvmRegisterId.Pc, i == 0 ? Program : WriterEntry);
            cpu.SetRegister(KvmRegisterId.X(20), Counters);
            cpu.SetRegister(KvmRegisterId.X(21), DeviceAddress);
            cpu.SetRegister(KvmRegisterId.X(23), CodeAddress);
            cpu.SetRegister(KvmRegisterId.X(24), (ulong)iterations);
            cpu.SetRegister(KvmRegisterId.X(25), CodePages);
            cpu.SetRegister(KvmRegisterId.X(26), tables.EntryOf(CodeAddress));
            cpu.SetRegister(KvmRegisterId.X(27), tables.EntryOf(DeviceAddress));
            cpu.SetRegister(KvmRegisterId.X(28), 0x9e37_79b9_7f4a_7c15);
        }

        List<LibraryHandler> handlers = [];
        Stop stop = machine.Run(
            cpu =>
            {
                var handler = new LibraryHandler(machine, cpu, new RetryLimit(RetriesInARow));
                handlers.Add(handler);
                return new LateHandler(handler, () => Changes(ReadCounters(machine)));
            },
            TimeSpan.FromSeconds(120));
        ulong[] counters = ReadCounters(machine);
        (ExitReason Reason, int Count)[] retries = [.. handlers
            .SelectMany(handler => handler.Retries)
            .GroupBy(pair => pair.Key, (reason, pairs) => (reason, pairs.Sum(pair => pair.Value)))];
        int retried = retries.Sum(r => r.Count);
        Report.Note($"race: {iterations} calls and {counters[7]} NOPs, counts {string.Join(' ', counters[..7])}, {Changes(counters)} changes, {counters[PagesMissing]} pages missing, {clock.Elapsed.TotalSeconds:f1} s");
        Report.Note($"race: {machine.NisvExits} exits without a syndrome, {retried} of them retried: {string.Join(", ", retries.Select(r => $"{r.Count} {r.Reason}"))}");
        report.Check(
            stop.Kind == StopKind.PowerOff && counters[UnexpectedSyndrome] == 0,
            "race: the guest finishes",
            $"{stop}, ESR 0x{counters[UnexpectedSyndrome]:x}, FAR 0x{counters[UnexpectedSyndrome + 1]:x}, ELR 0x{counters[UnexpectedSyndrome + 2]:x}");
        report.Check(
            retried >= 300 && retries.Length >= 4,
            "race: instruction, mapping and permission change between exit and access",
            $"{retried} retries for {retries.Length} reasons");
        string? wrong = CheckLog(machine.Device.Log, counters);
        report.Check(wrong is null, "race: the device's log is what the guest counted", wrong ?? string.Empty);
    }

    private static ulong Changes(ulong[] counters) => counters[8..16].Aggregate((a, b) => a + b);

    private static ulong[] ReadCounters(Machine machine)
    {
        ulong[] counters = new ulong[24];
        ReadOnlySpan<byte> memory = machine.Vm.Memory.GetSpan(Counters, counters.Length * 8);
        for (int i = 0; i < counters.Length; i++)
        {
            counters[i] = BinaryPrimitives.ReadUInt64LittleEndian(memory[(i * 8)..]);
        }

        return counters;
    }

    private static string? CheckLog(IReadOnlyList<DeviceAccess> log, ulong[] counters)
    {
        Dictionary<(bool, ulong, int), ulong> expected = [];
        for (int version = 0; version < s_versions.Length; version++)
        {
            foreach ((bool IsWrite, ulong Offset, int Size) access in s_versions[version])
            {
                expected[access] = expected.GetValueOrDefault(access) + counters[version];
            }
        }

        foreach (DeviceAccess access in log)
        {
            (bool, ulong, int) key = (access.IsWrite, access.Offset & 0xfff, access.Size);
            if (access.Offset >= 0x2000 || !expected.TryGetValue(key, out ulong left))
            {
                return $"no version of the code makes {access}";
            }

            if (left == 0)
            {
                return $"more accesses like {access} than the guest counted";
            }

            expected[key] = left - 1;
        }

        foreach (((bool isWrite, ulong offset, int size), ulong left) in expected)
        {
            if (left != 0)
            {
                return $"{left} accesses {(isWrite ? 'w' : 'r')}{size}@0x{offset:x} are missing";
            }
        }

        return null;
    }

    /// <summary>Serves every fourth exit only when the writer has changed something since, as happens by itself when the
    /// VMM's thread has to wait for a processor; but the writer may be waiting too.</summary>
    private sealed class LateHandler(IFaultHandler handler, Func<ulong> changes) : IFaultHandler
    {
        private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(1);
        private int _exits;

        public string? Handle(KvmVirtualCpu cpu)
        {
            if (++_exits % 4 == 0)
            {
                ulong before = changes();
                for (long start = Stopwatch.GetTimestamp(); changes() == before && Stopwatch.GetElapsedTime(start) < s_longest;)
                {
                    Thread.Yield();
                }
            }

            return handler.Handle(cpu);
        }

        public void CompleteRead(ulong value) => handler.CompleteRead(value);
    }
}
