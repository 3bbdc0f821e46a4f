using System;
using System.Collections.Generic;
using System.Diagnostics;
using Arm64MmioDecode.Kvm.Vmm.Boot;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>Boots an unmodified Linux kernel whose first process runs tests/kvm/guests/linux-device.c for A64, A32 and
/// T32. Without the library the first access that has no syndrome ends the machine.</summary>
internal static class LinuxProof
{
    private static readonly string[] s_sets = ["a64", "a32", "t32"];

    public static void Run(
        KvmSystem kvm,
        string kernel,
        string initrd,
        Func<Machine, KvmVirtualCpu, IFaultHandler?>? faults,
        Report report)
    {
        string title = faults is null ? "Linux without the library" : "Linux";
        var clock = Stopwatch.StartNew();
        List<string> passed = [];
        List<string> failed = [];
        bool finished = false;
        using var machine = new Machine(kvm, 256 << 20, 2, KvmVcpuFeatures.Psci02, interruptController: true, Console);
        Prepare(machine);
        LinuxBoot.Load(machine, kernel, initrd, "console=ttyS0 quiet panic=-1");
        Stop stop = machine.Run(cpu => faults?.Invoke(machine, cpu), TimeSpan.FromSeconds(180));
        Report.Note($"{title}: {stop} after {clock.Elapsed.TotalSeconds:f1} s, {machine.NisvExits} exits without a syndrome");
        if (faults is null)
        {
            report.Check(stop.Kind == StopKind.Died && passed.Count == 0, "Linux without the library: the guest dies", $"{stop}, {passed.Count} tests passed");
            return;
        }

        foreach (string test in passed)
        {
            report.Check(true, $"Linux: {test}", string.Empty);
        }

        foreach (string test in failed)
        {
            report.Fail($"Linux: {test}");
        }

        foreach (string set in s_sets)
        {
            report.Check(passed.Exists(t => t.StartsWith(set, StringComparison.Ordinal)), $"Linux: the {set} program ran", "it did not");
        }

        report.Check(finished && stop.Kind == StopKind.PowerOff, "Linux: the guest finishes and powers off", stop.ToString());

        void Console(string line)
        {
            System.Console.WriteLine($"guest| {line}");
            if (line.StartsWith("PASS ", StringComparison.Ordinal))
            {
                passed.Add(line[5..]);
            }
            else if (line.StartsWith("FAIL ", StringComparison.Ordinal))
            {
                failed.Add(line[5..]);
            }
            else if (line.StartsWith("guest finished: 3 of 3", StringComparison.Ordinal))
            {
                finished = true;
            }
        }
    }

    private static void Prepare(Machine machine)
    {
        byte[] contents = new byte[Machine.TestDeviceSize];
        for (int i = 0; i < contents.Length; i++)
        {
            contents[i] = (byte)((i * 7) + ((i >> 8) * 13) + 3);
        }

        machine.Device.Reset(contents);
        machine.Device.Logging = false;
    }
}
