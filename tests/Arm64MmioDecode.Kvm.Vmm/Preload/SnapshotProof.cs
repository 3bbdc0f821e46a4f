using System;
using System.Globalization;
using System.Threading;
using Arm64MmioDecode.Kvm.Vmm.Proof;

namespace Arm64MmioDecode.Kvm.Vmm.Preload;

/// <summary>Snapshots of a guest whose CPUs are busy with accesses of more than one part: QEMU's savevm and loadvm.</summary>
internal sealed class SnapshotProof(string guests, string qemu, int gic, Report report)
{
    private const string Disk = "/tmp/snapshots.qcow2";
    private const int Returns = 4;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);

    public void Run()
    {
        EmptyQcow2.Write(Disk, 64 << 20);
        using (var program = new ChildProgram(Command("snapshots"), ChildProgram.Preloaded))
        {
            using (var monitor = new QemuMonitor("/tmp/snapshots"))
            {
                for (int i = 0; i < Returns; i++)
                {
                    program.WaitFor(".", program.Count(".") + 2, s_limit);
                    Do(monitor, string.Create(CultureInfo.InvariantCulture, $"savevm s{i}"));
                    program.WaitFor(".", program.Count(".") + 2, s_limit);
                    Do(monitor, string.Create(CultureInfo.InvariantCulture, $"loadvm s{i}"));
                }
            }

            program.Wait(s_limit);
            program.Take("savevm, loadvm", report);
            program.Ended("savevm, loadvm: the guest", report);
            Report.Note("snapshots| " + program.Errors.TrimEnd());
        }

        using var later = new ChildProgram(Command("later") + " -loadvm s1", ChildProgram.Preloaded);
        later.Wait(s_limit);
        later.Take("-loadvm", report);
        report.Check(later.Count("guest starts") == 0, "-loadvm: the guest goes on where it was", later.Output);
        later.Ended("-loadvm: the guest, in another process", report);
    }

    private string Command(string name) =>
        $"{qemu} -M virt,gic-version={gic} -accel kvm -cpu host -m 128M -display none -nic none -serial stdio -smp 2 -kernel {guests}/vmm-soak-a64"
            + $" -drive if=none,id=snapshots,format=qcow2,file={Disk} -monitor unix:/tmp/{name},server=on,wait=off";

    private void Do(QemuMonitor monitor, string command)
    {
        string answer = monitor.Do(command);
        report.Check(!answer.Contains("Error", StringComparison.Ordinal), $"{command}: while the guest accesses devices", answer);
        Thread.Sleep(10);
    }
}
