using System;
using System.IO;
using System.Text;
using System.Threading;
using Arm64MmioDecode.Handling;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>
/// Runs tests/kvm/guests/sve-a64.S, memcpy, memset, structures, gathers, scatters and strlen as compilers make them for SVE, on the
/// device. The guest checks itself. Without the library it dies at its first access.
/// </summary>
internal static class SveProof
{
    private const ulong Program = Machine.RamBase;
    private const ulong Vectors = Program + 0x1_0000;
    private const ulong Source = Program + 0x2_0000;
    private const ulong Copy = Program + 0x2_1000;
    private const ulong Tables = Program + 0x10_0000;
    private const ulong DeviceAddress = 0x2_3456_7000;
    private const int PageSize = 0x1000;
    private const int DevicePages = 2;

    // Four of the longest vectors, so that each loop ends where a vector ends.
    private const int CopiedBytes = 0x400;
    private const string Text = "a string of a hundred characters, or nearly, that ends where the device's memory ends, at a page";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static void Run(KvmSystem kvm, string programPath, Report report)
    {
        foreach (int vectorLength in (int[])[16, 32, 64, 256])
        {
            Run(kvm, programPath, vectorLength, withLibrary: false, report);
            Run(kvm, programPath, vectorLength, withLibrary: true, report);
        }
    }

    private static void Run(KvmSystem kvm, string programPath, int vectorLength, bool withLibrary, Report report)
    {
        using var machine = new Machine(kvm, 32 << 20, 1, KvmVcpuFeatures.Psci02 | KvmVcpuFeatures.Sve, interruptController: false);
        KvmVirtualCpu cpu = machine.Cpus[0];
        Prepare(machine, programPath);
        cpu.SetRegister(KvmRegisterId.ZcrEl1, ((ulong)vectorLength / 16) - 1);
        cpu.SetSoftwareBreakpoints(true);
        var loop = new CpuLoop(cpu, machine.Bus, withLibrary ? new LibraryHandler(machine, cpu, new RetryLimit()) : null);
        Stop stop;
        using (new Timer(_ => cpu.RequestExit(), null, s_limit, Timeout.InfiniteTimeSpan))
        {
            stop = loop.Run();
        }

        ulong result = cpu.GetRegister(KvmRegisterId.X(0));
        string title = $"SVE loops with vectors of {vectorLength} bytes";
        string detail = $"{stop}, test {result}, PC 0x{cpu.GetRegister(KvmRegisterId.Pc):x}, ESR 0x{cpu.GetRegister(KvmRegisterId.EsrEl1):x}";
        if (withLibrary)
        {
            Report.Note($"{title}: {loop.NisvExits} exits without a syndrome, {loop.MmioExits} with one");
            report.Check(stop.Kind == StopKind.Breakpoint && result == 0 && loop.NisvExits > 0, title, detail);
        }
        else
        {
            report.Check(stop.Kind == StopKind.Died, $"{title}, without the library: the guest dies", detail);
        }
    }

    private static void Prepare(Machine machine, string programPath)
    {
        KvmGuestMemory memory = machine.Vm.Memory;
        memory.TryWrite(Program, File.ReadAllBytes(programPath));
        Span<byte> source = memory.GetSpan(Source, CopiedBytes);
        for (int i = 0; i < source.Length; i++)
        {
            source[i] = (byte)((i * 7) + (i >> 5) + 1);
        }

        // What is taken to a vector is an exception: it ends at a breakpoint there.
        memory.GetSpan(Vectors, 0x800).Clear();
        for (int i = 0; i < 0x800; i += 4)
        {
            memory.TryWrite(Vectors + (ulong)i, [0x00, 0x00, 0x20, 0xd4]);
        }

        byte[] contents = new byte[Machine.TestDeviceSize];
        contents.AsSpan().Fill(0x11);
        int text = (DevicePages * PageSize) - Text.Length - 1;
        Encoding.ASCII.GetBytes(Text).CopyTo(contents, text);
        contents[text + Text.Length] = 0;
        machine.Device.Reset(contents);
        machine.Device.Logging = false;

        var tables = new LongTables(memory, Tables, bigEndian: false, 12, 48);
        tables.Map(Program, Program, PageSize, MemoryKind.Code);
        tables.Map(Vectors, Vectors, PageSize, MemoryKind.Code);
        tables.Map(Source, Source, 2 * PageSize, MemoryKind.Data);
        tables.Map(DeviceAddress, Machine.TestDevice, DevicePages * PageSize, MemoryKind.Device);

        KvmVirtualCpu cpu = machine.Cpus[0];
        cpu.SetRegister(KvmRegisterId.TcrEl1, 0x2_0080_3510); // 4 KiB, 48 bits, no TTBR1, 40 physical bits
        cpu.SetRegister(KvmRegisterId.MairEl1, TranslationTables.MemoryAttributes);
        cpu.SetRegister(KvmRegisterId.Ttbr0El1, tables.Root);
        cpu.SetRegister(KvmRegisterId.VbarEl1, Vectors);
        cpu.SetRegister(KvmRegisterId.CpacrEl1, (3 << 20) | (3 << 16));
        cpu.SetRegister(KvmRegisterId.SctlrEl1, 0x30d0_1805); // M, C, I
        cpu.SetRegister(KvmRegisterId.Pc, Program);
        cpu.SetRegister(KvmRegisterId.X(20), DeviceAddress);
        cpu.SetRegister(KvmRegisterId.X(21), Source);
        cpu.SetRegister(KvmRegisterId.X(22), Copy);
        cpu.SetRegister(KvmRegisterId.X(23), CopiedBytes);
        cpu.SetRegister(KvmRegisterId.X(24), DeviceAddress + (ulong)text);
        cpu.SetRegister(KvmRegisterId.X(25), (ulong)Text.Length);
    }
}
