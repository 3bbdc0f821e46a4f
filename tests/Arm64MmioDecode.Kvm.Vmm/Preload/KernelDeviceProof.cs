using System;
using Arm64MmioDecode.Kvm.Vmm.Proof;

namespace Arm64MmioDecode.Kvm.Vmm.Preload;

/// <summary>Devices that KVM itself has, under QEMU and the preload library: on a host with a GICv3 also an ITS, on one with a GICv2 that.</summary>
internal sealed class KernelDeviceProof(string guests, string qemu, int gic, Report report)
{
    private const int Resets = 24;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);

    private string Qemu => $"{qemu} -M virt,gic-version={gic} -accel kvm -cpu host -m 128M -display none -nic none -serial stdio";

    public void Run()
    {
        // The exits are served by the CPUs' threads, or by one of the library's own. One process in each boot: the emulated processor has been
        // seen to execute, in a page that a second one was given, an instruction of the first one's guest (IC is ignored, docs/kvm.md).
        string start = gic == 2 ? "early" : "lazy";
        using (var program = new ChildProgram("/bin/preload-vmm", ChildProgram.Preloaded, "ARM64MMIODECODE_START=" + start))
        {
            int code = program.Wait(s_limit);
            program.Take("preload-vmm", report);
            report.Check(code == 0 && program.Output.Contains("checks done", StringComparison.Ordinal), "preload-vmm: the checks end", $"exit code {code}: {program.Output}{program.Errors}");
        }

        if (gic == 2)
        {
            Run("GICv2", "gicv2", string.Empty);
            Run32();
            Run("GICv2: two CPUs", "soak", "-smp 2");
        }
        else
        {
            Run("ITS", "its", string.Empty);
        }

        ResetByPsci();
    }

    /// <summary>On a host with a GICv2 whose CPU interface KVM cannot map into the guest.</summary>
    public void RunTrapped()
    {
        string said = Run("GICv2 with a trapped CPU interface", "gicv2", string.Empty);
        report.Check(said.Contains("22 accesses without a syndrome: 22 completed", StringComparison.Ordinal), "GICv2 with a trapped CPU interface: four accesses more exit", said);
    }

    private string Run(string title, string guest, string options)
    {
        using var program = new ChildProgram($"{Qemu} {options} -monitor none -kernel {guests}/vmm-{guest}-a64", ChildProgram.Preloaded);
        program.Wait(s_limit);
        program.Take(title, report);
        report.Check(program.Count("ABORT") == 0, $"{title}: no abort", program.Output + program.Errors);
        report.Check(program.Errors.TrimEnd().Split('\n').Length == 1, $"{title}: neither QEMU nor the library complains", program.Errors);
        program.Ended($"{title}: the guest", report);
        Report.Note($"{title}| " + program.Errors.TrimEnd());
        return program.Errors;
    }

    // A 32-bit CPU with its MMU off reaches 4 GiB, where nothing but a GICv3's distributor has room that is known to be free.
    private void Run32()
    {
        string command = $"{Qemu} -cpu host,aarch64=off,sve=off,pauth=off -monitor none -kernel {guests}/vmm-basic-a32";
        using (var refused = new ChildProgram(command, ChildProgram.Preloaded))
        {
            // It does not come back from its handler: the emulated processor has lost SPSR_abt, as with an abort that KVM injects.
            report.Check(
                refused.WaitFor("ABORT", 1, s_limit) && refused.Errors.Contains("(ARM64MMIODECODE_SCRATCH puts it below 4 GiB)", StringComparison.Ordinal),
                "GICv2, 32-bit guest: an abort, and a line that says why",
                refused.Output + refused.Errors);
        }

        using var served = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_SCRATCH=0x08001000");
        served.Wait(s_limit);
        served.Take("GICv2, 32-bit guest", report);
        report.Check(served.Count("ABORT") == 0, "GICv2, 32-bit guest: no abort with SCRATCH", served.Output + served.Errors);
        served.Ended("GICv2: the 32-bit guest", report);
    }

    // KVM switches the other CPU off wherever it is, also on its way through the library's page.
    private void ResetByPsci()
    {
        using var program = new ChildProgram($"{Qemu} -smp 2 -monitor none -kernel {guests}/vmm-resets-a64", ChildProgram.Preloaded);
        program.Wait(s_limit);
        program.Take("resets by PSCI", report);
        report.Check(program.Count("guest starts") == Resets, "resets by PSCI while the other CPU accesses the GIC", $"{program.Count("guest starts")} starts: {program.Output}{program.Errors}");
        report.Check(program.Count("ABORT") == 0, "resets by PSCI: no abort", program.Output + program.Errors);
        program.Ended("resets by PSCI: the guest", report);
        Report.Note("resets by PSCI| " + program.Errors.TrimEnd());
    }
}
