using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading;
using Arm64MmioDecode.Kvm;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>File descriptors and kvm_run, with a file that is no KVM.</summary>
[SupportedOSPlatform("linux")]
public sealed class KvmHandleTests : IDisposable
{
    private readonly nint _run = Marshal.AllocHGlobal(4096);
    private readonly FileStream _file = File.OpenRead("/dev/null");

    public KvmHandleTests()
    {
        for (int i = 0; i < 64; i++)
        {
            Marshal.WriteByte(_run, i, 0);
        }
    }

    public void Dispose()
    {
        Marshal.FreeHGlobal(_run);
        _file.Dispose();
    }

    [SkippableFact]
    public void An_open_that_fails_leaves_no_descriptor()
    {
        const string File = "/dev/full"; // that no other test opens
        Skip.IfNot(OperatingSystem.IsLinux(), "/proc is Linux's.");
        FailToOpen();
        int before = CountOf(File);
        for (int i = 0; i < 50; i++)
        {
            FailToOpen();
        }

        CountOf(File).Should().Be(before);

        static void FailToOpen() => FluentActions.Invoking(() => KvmSystem.Open(File)).Should().Throw<KvmException>().WithMessage("*KVM_GET_API_VERSION*");
        static int CountOf(string target)
        {
            int count = 0;
            foreach (string file in Directory.GetFiles("/proc/self/fd"))
            {
                // Descriptors of other tests come and go.
                count += new FileInfo(file).LinkTarget == target ? 1 : 0;
            }

            return count;
        }
    }

    [Fact]
    public void A_run_that_fails_leaves_no_immediate_exit_behind()
    {
        using KvmVirtualCpu cpu = Open();
        cpu.Invoking(c => c.CompletePendingAccess()).Should().Throw<KvmException>().Which.ErrorNumber.Should().Be(25); // ENOTTY
        cpu.ImmediateExit.Should().BeFalse();
    }

    [Fact]
    public void A_request_that_was_made_before_stays()
    {
        using KvmVirtualCpu cpu = Open();
        cpu.RequestExit();
        cpu.Invoking(c => c.CompletePendingAccess()).Should().Throw<KvmException>();
        (cpu.ImmediateExit, Marshal.ReadByte(_run, 1)).Should().Be((true, (byte)1));
    }

    [Fact]
    public void A_request_that_comes_meanwhile_is_never_lost()
    {
        using KvmVirtualCpu cpu = Open();
        using var start = new Barrier(2);
        bool done = false;
        int lost = 0;
        var kicker = new Thread(() =>
        {
            while (true)
            {
                start.SignalAndWait();
                if (Volatile.Read(ref done))
                {
                    return;
                }

                Marshal.WriteByte(_run, 1, 1); // as a signal handler of a VMM does
                start.SignalAndWait();
            }
        });
        kicker.Start();
        for (int i = 0; i < 300; i++)
        {
            start.SignalAndWait();
            for (int j = 0; j < 3; j++)
            {
                try
                {
                    cpu.CompletePendingAccess();
                }
                catch (KvmException)
                {
                    // The file is no CPU; what counts is what happens around the request.
                }
            }

            start.SignalAndWait();
            lost += cpu.ImmediateExit ? 0 : 1;
            cpu.ImmediateExit = false;
        }

        Volatile.Write(ref done, true);
        start.SignalAndWait();
        kicker.Join();
        lost.Should().Be(0);
    }

    [Fact]
    public void A_cpu_of_others_is_read_from_their_kvm_run()
    {
        using KvmVirtualCpu cpu = Open(KvmVcpuFeatures.Sve);
        Marshal.WriteInt64(_run, 32, 0x46);
        Marshal.WriteInt64(_run, 40, 0x0900_0ff8);

        cpu.Features.Should().Be(KvmVcpuFeatures.Sve);
        cpu.ArmNisv.Should().Be(new KvmArmNisvExit(0x46, 0x0900_0ff8));
    }

    [Fact]
    public void A_cpu_that_was_disposed_of_is_not_used()
    {
        KvmVirtualCpu cpu = Open();
        cpu.Dispose();

        cpu.Invoking(c => c.Run()).Should().Throw<ObjectDisposedException>();
        cpu.Invoking(c => c.GetRegister(KvmRegisterId.Pc)).Should().Throw<ObjectDisposedException>();
        cpu.Invoking(c => c.CompletePendingAccess()).Should().Throw<ObjectDisposedException>();
        cpu.Invoking(c => c.Mmio).Should().Throw<ObjectDisposedException>();
        cpu.RequestExit();
        Marshal.ReadByte(_run, 1).Should().Be(0);
        _file.SafeFileHandle.IsClosed.Should().BeFalse("the descriptor belongs to others");
    }

    [Fact]
    public void A_cpu_of_nothing_is_refused()
    {
        FluentActions.Invoking(() => KvmVirtualCpu.FromFileDescriptor(-1, _run, default)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => KvmVirtualCpu.FromFileDescriptor(3, 0, default)).Should().Throw<ArgumentNullException>();
    }

    private KvmVirtualCpu Open(KvmVcpuFeatures features = KvmVcpuFeatures.None) =>
        KvmVirtualCpu.FromFileDescriptor((int)_file.SafeFileHandle.DangerousGetHandle(), _run, features);
}
