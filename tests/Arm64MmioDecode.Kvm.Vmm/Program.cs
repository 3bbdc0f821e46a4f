using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Kvm.Vmm;
using Arm64MmioDecode.Kvm.Vmm.Preload;
using Arm64MmioDecode.Kvm.Vmm.Proof;
using Arm64MmioDecode.Kvm.Vmm.Recording;

[assembly: SupportedOSPlatform("linux")]

const string Guests = "/guest";

if (Host.IsInit)
{
    Host.MountFileSystems();
}

int exitCode = 1;
try
{
    using KvmSystem kvm = KvmSystem.Open();
    var report = new Report();
    string[] parts = args.Length == 0 ? ["instructions", "calls", "faults", "sve", "race", "linux", "c", "vmm", "gic"] : args;
    Func<Machine, KvmVirtualCpu, IFaultHandler?> library = (machine, cpu) => new LibraryHandler(machine, cpu, new RetryLimit());
    Func<Machine, KvmVirtualCpu, IFaultHandler?> withExclusives = (machine, cpu) => new LibraryHandler(machine, cpu, new RetryLimit(), ExclusivePolicy.Perform);
    if (parts.Contains("instructions"))
    {
        foreach (GuestSet set in (GuestSet[])[GuestSet.A64, GuestSet.A32, GuestSet.T32])
        {
            List<InstructionCase> cases = InstructionCase.Load($"{Guests}/cases-{set.ToString().ToLowerInvariant()}.bin");
            foreach (GuestMode mode in GuestMode.All(set))
            {
                InstructionProof.Run(kvm, mode, cases, withExclusives, report);
            }
        }
    }

    if (parts.Contains("calls"))
    {
        foreach (GuestSet set in (GuestSet[])[GuestSet.A64, GuestSet.A32])
        {
            List<InstructionCase> cases = InstructionCase.Load($"{Guests}/cases-{set.ToString().ToLowerInvariant()}.bin");
            SystemCallProof.Run(kvm, $"{Guests}/kvm.md", set, hasSve: false, cases, report);
            if (set == GuestSet.A64)
            {
                SystemCallProof.Run(kvm, $"{Guests}/kvm.md", set, hasSve: true, cases, report);
            }
        }
    }

    if (parts.Contains("faults"))
    {
        foreach (GuestSet set in (GuestSet[])[GuestSet.A64, GuestSet.A32, GuestSet.T32])
        {
            List<InstructionCase> cases = InstructionCase.Load($"{Guests}/aborts-{set.ToString().ToLowerInvariant()}.bin");
            foreach (GuestMode mode in GuestMode.All(set))
            {
                FaultProof.Run(kvm, mode, cases, withExclusives, report);
            }
        }
    }

    if (parts.Contains("sve"))
    {
        SveProof.Run(kvm, $"{Guests}/sve-a64.bin", report);
    }

    if (parts.Contains("race"))
    {
        RaceProof.Run(kvm, $"{Guests}/race-a64.bin", 10_000, report);
    }

    if (parts.Contains("record"))
    {
        foreach (GuestSet set in (GuestSet[])[GuestSet.A64, GuestSet.A32, GuestSet.T32])
        {
            ExitRecorder.Run(kvm, set, InstructionCase.Load($"{Guests}/cases-{set.ToString().ToLowerInvariant()}.bin"));
        }
    }

    if (parts.Contains("linux"))
    {
        LinuxProof.Run(kvm, $"{Guests}/Image", $"{Guests}/linux-initrd", null, report);
        LinuxProof.Run(kvm, $"{Guests}/Image", $"{Guests}/linux-initrd", library, report);
    }

    if (parts.Contains("c"))
    {
        CVmmProof.Run("/bin/c-vmm", $"{Guests}/vmm.expected", report);
    }

    if (parts.Contains("vmm"))
    {
        new PreloadProof(Guests, "/bin/qemu-system-aarch64", report).Run();
        foreach (string newer in Directory.GetDirectories("/qemu").Order(StringComparer.Ordinal))
        {
            new PreloadProof(Guests, $"{newer}/lib/ld-linux-aarch64.so.1 --library-path {newer}/lib {newer}/bin/qemu-system-aarch64", report).RunQemu();
        }
    }

    if (parts.Contains("gic") || parts.Contains("gic2"))
    {
        int gic = parts.Contains("gic2") ? 2 : 3; // of the machine that this one runs on
        new KernelDeviceProof(Guests, "/bin/qemu-system-aarch64", gic, report).Run();
        new SnapshotProof(Guests, "/bin/qemu-system-aarch64", gic, report).Run();
    }

    if (parts.Contains("gic2-trapped"))
    {
        new KernelDeviceProof(Guests, "/bin/qemu-system-aarch64", 2, report).RunTrapped();
    }

    report.Summarise();
    exitCode = report.Failed == 0 ? 0 : 1;
}
catch (Exception failure) when (Host.IsInit)
{
    Console.WriteLine(failure);
}

if (Host.IsInit)
{
    Host.PowerOff();
}

return exitCode;
