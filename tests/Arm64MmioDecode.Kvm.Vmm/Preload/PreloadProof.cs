using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using Arm64MmioDecode.Kvm.Vmm.Proof;

namespace Arm64MmioDecode.Kvm.Vmm.Preload;

/// <summary>
/// Debian's own QEMU on this machine's KVM. Without the preload library its guests take aborts, as they do today; with it they run.
/// </summary>
internal sealed class PreloadProof(string guests, string qemu, Report report)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);

    private string Qemu => $"{qemu} -M virt,gic-version=3 -accel kvm -cpu host -m 128M -display none -nic none -serial stdio";

    public void Run()
    {
        Process();
        AllowLists();
        Switches();
        RunQemu();
    }

    /// <summary>Everything that QEMU takes part in.</summary>
    public void RunQemu()
    {
        RunGuests();
        Surroundings();
        Resets();
        Migration();
    }

    /// <summary>What depends on the version of QEMU most.</summary>
    public void RunGuests()
    {
        Report.Note(Version());
        BareMetal();
        BareMetal32();
        JoinedElements();
        Soak();
        Linux();
    }

    private string Version()
    {
        using var program = new ChildProgram($"{qemu} --version");
        program.Wait(s_limit);
        return program.Lines.First();
    }

    // What the library does to programs that are no VMM, and to a small VMM of its own.
    private void Process()
    {
        File.Copy("/bin/preload-check", "/tmp/preload-setuid", overwrite: true);
        File.SetUnixFileMode("/tmp/preload-setuid", UnixFileMode.SetUser | (UnixFileMode)0b111_101_101);
        foreach (string name in (string[])["preload-check", "preload-refusals", "preload-lifetimes"])
        {
            using var program = new ChildProgram("/bin/" + name, ChildProgram.Preloaded);
            int code = program.Wait(s_limit);
            Take(name, program);
            report.Check(code == 0 && program.Output.Contains("checks done", StringComparison.Ordinal), $"{name}: the checks end", $"exit code {code}: {program.Output}{program.Errors}");
        }
    }

    // Small VMMs whose CPU threads may enter the guest and wait, and nothing else.
    private void AllowLists()
    {
        const string Early = "ARM64MMIODECODE_START=early";
        (string Name, string Arguments, string[] Environment)[] programs =
        [
            ("lists of the CPUs' threads", string.Empty, [ChildProgram.Preloaded]),
            ("lists of the CPUs' threads and of the one that makes them", "vmm", [ChildProgram.Preloaded]),
            ("lists that come past the C library, START=early", "vmm unseen", [ChildProgram.Preloaded, Early]),
        ];
        foreach ((string name, string arguments, string[] environment) in programs)
        {
            using var program = new ChildProgram($"/bin/allow-list {arguments}", environment);
            int code = program.Wait(s_limit);
            report.Check(
                code == 0 && program.Output.Contains("allow list: done", StringComparison.Ordinal)
                    && program.Errors.Contains("2400 completed, 0 aborted, 0 left to the guest, 0 refused; the VMM saw 1800 accesses, KVM's devices 1800 (0 failed)", StringComparison.Ordinal),
                $"allow lists: {name}",
                $"exit code {code}: {program.Output}{program.Errors}");
        }

        using (var plain = new ChildProgram("/bin/allow-list"))
        {
            plain.Wait(s_limit);
            report.Check(plain.Output.Contains("CPU 0: result -38, 0 stores", StringComparison.Ordinal), "allow lists: without the library KVM_RUN ends with ENOSYS", plain.Output);
        }

        using var unseen = new ChildProgram("/bin/allow-list unseen", ChildProgram.Preloaded);
        int signal = unseen.Wait(s_limit);
        report.Check(signal == 128 + 31, "allow lists: one that comes past the C library, without START=early, ends in SIGSYS", $"exit code {signal}: {unseen.Output}{unseen.Errors}");
    }

    private void BareMetal()
    {
        string command = $"{Qemu} -monitor none -kernel {guests}/vmm-basic-a64";
        using (var plain = new ChildProgram(command))
        {
            int code = plain.Wait(s_limit);
            string[] aborts = [.. plain.Lines.Where(line => line.StartsWith("ABORT", StringComparison.Ordinal))];
            report.Check(
                code == 0 && aborts.Length == 25 && aborts.All(line => line.Contains("96000010 ", StringComparison.Ordinal)),
                "QEMU without the library: every access ends in an external abort (ESR_EL1 0x96000010)",
                $"exit code {code}: {plain.Output}");
            report.Check(plain.Errors.Length == 0, "QEMU without the library says nothing", plain.Errors);
            Report.Note("before| " + aborts.FirstOrDefault());
        }

        using var served = new ChildProgram(command, ChildProgram.Preloaded);
        served.Wait(s_limit);
        Take("QEMU", served);
        string[] faults = [.. served.Lines.Where(line => line.StartsWith("ABORT", StringComparison.Ordinal))];
        report.Check(faults.Length == 1 && faults[0].Contains("96000035 ", StringComparison.Ordinal), "QEMU: an exclusive is a fault, and nothing else", string.Join(", ", faults));
        Ended("QEMU: the guest", served);
        Report.Note("after| " + served.Errors.TrimEnd().Split('\n')[^1]);
    }

    private void BareMetal32()
    {
        using var served = new ChildProgram($"{Qemu} -cpu host,aarch64=off,sve=off,pauth=off -monitor none -kernel {guests}/vmm-basic-a32", ChildProgram.Preloaded);
        served.Wait(s_limit);
        Take("QEMU", served);
        report.Check(served.Count("ABORT") == 0, "QEMU: no abort in the 32-bit guest", served.Output);
        Ended("QEMU: the 32-bit guest", served);
    }

    // What devices that know words only answer to bytes, and to bytes that are joined.
    private void JoinedElements()
    {
        string command = $"{Qemu} -monitor none -kernel {guests}/vmm-join-a64";
        using (var single = new ChildProgram(command, ChildProgram.Preloaded))
        {
            single.Wait(s_limit);
            report.Check(
                single.Output.Contains("FAIL ld1 of bytes: lower half 0000000100000076 0000000174726976", StringComparison.Ordinal)
                    && single.Errors.Contains("the VMM saw 64 accesses, KVM's devices 4 (0 failed)", StringComparison.Ordinal),
                "JOIN=off: each element is an access, and QEMU's device has one byte of each word for it",
                single.Output + single.Errors);
        }

        using var joined = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_JOIN=on");
        joined.Wait(s_limit);
        Take("QEMU, JOIN=on", joined);
        report.Check(
            joined.Count("PASS") == 7 && joined.Errors.Contains("the VMM saw 10 accesses, KVM's devices 4 (0 failed)", StringComparison.Ordinal),
            "JOIN=on: eight bytes are an access of the VMM's, elements of KVM's devices keep their size",
            joined.Output + joined.Errors);
    }

    private void Switches()
    {
        string command = $"{Qemu} -monitor none -kernel {guests}/vmm-basic-a64";
        using (var explaining = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_MODE=explain"))
        {
            explaining.Wait(s_limit);
            report.Check(
                explaining.Count("ABORT") == 25 && explaining.Errors.Contains(" is ldp w11, w12, [x10]:", StringComparison.Ordinal),
                "MODE=explain: every access is explained, and ends as without the library",
                explaining.Output + explaining.Errors);
        }

        using (var told = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_LOG=explain"))
        {
            told.Wait(s_limit);
            report.Check(
                told.Count("FAIL") == 0 && told.Errors.Contains(" is str w12, [x11], #4:", StringComparison.Ordinal),
                "LOG=explain: every instruction is explained once, and performed",
                told.Output + told.Errors);
            Report.Note(string.Join('\n', told.Errors.Split('\n').Take(6).Select(line => "explain| " + line)));
        }

        using (var silent = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_LOG=off", "ARM64MMIODECODE_START=early"))
        {
            silent.Wait(s_limit);
            report.Check(silent.Count("PASS") == 23 && silent.Errors.Length == 0, "LOG=off START=early: not a word", silent.Output + silent.Errors);
        }

        using (var wrong = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_LOG=loud", "ARM64MMIODECODE_SCRATCH=here"))
        {
            wrong.Wait(s_limit);
            string[] lines = wrong.Errors.Split('\n');
            report.Check(
                wrong.Count("FAIL") == 0
                    && lines[0] == "arm64mmiodecode: ARM64MMIODECODE_LOG=loud is ignored: it is off or summary or explain"
                    && lines[1] == "arm64mmiodecode: ARM64MMIODECODE_SCRATCH=here is ignored: it is a guest physical address, a multiple of the page size",
                "a wrong value of a switch is one line",
                wrong.Errors);
        }

        using var off = new ChildProgram(command, ChildProgram.Preloaded, "ARM64MMIODECODE_EXCLUSIVES=perform", "ARM64MMIODECODE_SCRATCH=0x0fff0000");
        off.Wait(s_limit);
        report.Check(
            off.Count("ABORT") == 0 && off.Count("FAIL") == 0,
            "EXCLUSIVES=perform: a load exclusive is performed; SCRATCH: the page is elsewhere",
            off.Output + off.Errors);
    }

    private void Surroundings()
    {
        Directory.CreateDirectory("/tmp/empty");
        string chroot = Version().Contains("version 7.", StringComparison.Ordinal) ? "-chroot /tmp/empty" : "-run-with chroot=/tmp/empty";
        (string Name, string Options)[] surroundings =
        [
            ("sandbox", "-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"),
            ("locked memory", "-overcommit mem-lock=on"),
            ("sandbox and chroot", $"-sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny {chroot}"),
        ];
        foreach ((string name, string options) in surroundings)
        {
            using var program = new ChildProgram($"{Qemu} -monitor none {options} -kernel {guests}/vmm-basic-a64", ChildProgram.Preloaded);
            program.Wait(s_limit);
            report.Check(
                program.Count("PASS") == 23 && program.Count("FAIL") == 0 && program.Output.Contains("guest done", StringComparison.Ordinal),
                $"QEMU with {name}",
                program.Output + program.Errors);
        }

        string daemon = $"{qemu} -M virt,gic-version=3 -accel kvm -cpu host -m 128M -display none -nic none -monitor none -serial file:/tmp/serial -daemonize -kernel {guests}/vmm-basic-a64";
        using var parent = new ChildProgram(daemon, ChildProgram.Preloaded);
        int code = parent.Wait(s_limit);
        string serial = string.Empty;
        for (int i = 0; i < 300 && !serial.Contains("guest done", StringComparison.Ordinal); i++)
        {
            Thread.Sleep(100);
            serial = File.Exists("/tmp/serial") ? File.ReadAllText("/tmp/serial") : string.Empty;
        }

        report.Check(code == 0 && serial.Split("PASS").Length == 24 && !serial.Contains("FAIL", StringComparison.Ordinal), "QEMU with -daemonize", $"exit code {code}: {serial}");
    }

    private string SoakCommand(string name) =>
        $"{Qemu} -smp 2 -kernel {guests}/vmm-soak-a64 -monitor unix:/tmp/{name},server=on,wait=off";

    private void Soak()
    {
        using var program = new ChildProgram(SoakCommand("soak"), ChildProgram.Preloaded);
        using (var monitor = new QemuMonitor("/tmp/soak"))
        {
            program.WaitFor(".", 2, s_limit);
            int stops = 0;
            for (; stops < 25 && !program.HasExited; stops++)
            {
                try
                {
                    monitor.Do("stop");
                    monitor.Do("info registers");
                    monitor.Do("cont");
                }
                catch (System.Net.Sockets.SocketException)
                {
                    break; // the guest has powered off
                }

                Thread.Sleep(100);
            }

            Report.Note(string.Create(CultureInfo.InvariantCulture, $"soak: stopped and continued {stops} times"));
            report.Check(stops >= 10, "soak: stopped and continued at least ten times", $"{stops}");
        }

        program.Wait(s_limit);
        Take("soak under stop and cont", program);
        Ended("soak under stop and cont: the guest", program);
        Report.Note("soak| " + program.Errors.TrimEnd());
    }

    private void Resets()
    {
        using var program = new ChildProgram(SoakCommand("reset"), ChildProgram.Preloaded);
        int resets = 0;
        using (var monitor = new QemuMonitor("/tmp/reset"))
        {
            for (; resets < 8; resets++)
            {
                if (!program.WaitFor("guest starts", resets + 1, TimeSpan.FromSeconds(120)) || !program.WaitFor(".", (2 * resets) + 2, TimeSpan.FromSeconds(120)))
                {
                    break;
                }

                monitor.Do("system_reset");
            }
        }

        program.Wait(s_limit);
        Take("resets", program);
        report.Check(program.Count("guest starts") == 9, "resets: the guest starts again each time", $"{resets} resets, {program.Count("guest starts")} starts: {program.Output}");
        Ended("resets: the guest", program);
    }

    private void Migration()
    {
        const string Socket = "unix:/tmp/migration";
        using var target = new ChildProgram($"{SoakCommand("target")} -incoming {Socket}", ChildProgram.Preloaded);
        using (var source = new ChildProgram(SoakCommand("source"), ChildProgram.Preloaded))
        {
            using var monitor = new QemuMonitor("/tmp/source");
            source.WaitFor(".", 4, s_limit);
            monitor.Do("migrate -d " + Socket);
            string status = string.Empty;
            for (int i = 0; i < 300 && !status.Contains("completed", StringComparison.Ordinal) && !status.Contains("failed", StringComparison.Ordinal); i++)
            {
                Thread.Sleep(100);
                status = monitor.Do("info migrate");
            }

            report.Check(status.Contains("completed", StringComparison.Ordinal), "migration: the source hands over while its guest accesses devices", status + source.Errors);
        }

        target.Wait(s_limit);
        Take("migration", target);
        Ended("migration: the guest, in another process", target);
    }

    private void Linux()
    {
        string command = $"{Qemu} -smp 2 -m 256M -monitor none -kernel {guests}/Image -initrd {guests}/vmm-linux-initrd -append";
        using (var plain = new LinuxGuest(command))
        {
            plain.Program.Wait(s_limit);
            int errors = plain.Program.Lines.Count(line => line.Contains("signal 7 code 3", StringComparison.Ordinal));
            report.Check(errors == 9, "Linux in QEMU without the library: every program's access is a SIGBUS (BUS_OBJERR)", $"{errors}: {plain.Program.Output}");
        }

        using var served = new LinuxGuest(command, ChildProgram.Preloaded);
        served.Program.Wait(s_limit);
        Take("Linux in QEMU", served.Program);
        report.Check(served.Program.Output.Contains("guest finished", StringComparison.Ordinal), "Linux in QEMU: the guest finishes", served.Program.Output + served.Program.Errors);
        Report.Note("Linux| " + served.Program.Errors.TrimEnd());
    }

    private void Ended(string what, ChildProgram program) => program.Ended(what, report);

    private void Take(string title, ChildProgram program) => program.Take(title, report);

    // The kernel's command line has blanks.
    private sealed class LinuxGuest(string command, params string[] environment) : IDisposable
    {
        public ChildProgram Program { get; } = new([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "console=ttyAMA0 quiet panic=-1 iomem=relaxed"], environment);

        public void Dispose() => Program.Dispose();
    }
}
