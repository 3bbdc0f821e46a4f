using System;
using System.Collections.Generic;
using System.Threading;
using Arm64MmioDecode.Kvm.Vmm.Devices;

namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>A machine: RAM, a bus, virtual CPUs and, for an operating system, a GICv3 and a UART.</summary>
internal sealed class Machine : IDisposable
{
    public const ulong GicDistributor = 0x0800_0000;
    public const ulong GicRedistributors = 0x080a_0000;
    public const ulong Uart = 0x0a00_0000;
    public const int UartInterrupt = 32;
    public const ulong TestDevice = 0x0900_0000;
    public const int TestDeviceSize = 0x2_0000;
    public const ulong RamBase = 0x4000_0000;

    private readonly InterruptController? _gic;
    private readonly KvmVirtualCpu[] _cpus;

    public Machine(KvmSystem kvm, ulong ramSize, int cpuCount, KvmVcpuFeatures features, bool interruptController, Action<string>? console = null, bool secondariesRun = false)
    {
        Vm = kvm.CreateVirtualMachine();
        Vm.EnableCapability(KvmCapability.ArmNisvToUser);
        Vm.Memory.AddSlot(RamBase, ramSize);
        RamSize = ramSize;
        Device = new RegisterBlock(TestDeviceSize);
        Bus.Attach(TestDevice, TestDeviceSize, Device);
        _cpus = new KvmVirtualCpu[cpuCount];
        for (int i = 0; i < cpuCount; i++)
        {
            KvmVcpuFeatures own = i == 0 || secondariesRun ? features : features | KvmVcpuFeatures.PowerOff;
            _cpus[i] = Vm.CreateVirtualCpu(i, own);
            if ((features & KvmVcpuFeatures.Sve) != 0)
            {
                _cpus[i].FinalizeSve();
            }
        }

        if (interruptController)
        {
            _gic = new InterruptController(Vm, GicDistributor, GicRedistributors);
        }

        if (console is not null)
        {
            var uart = new Uart8250(console, level => _gic?.SetLine(UartInterrupt, level));
            Bus.Attach(Uart, 0x1000, uart);
        }
    }

    public KvmVirtualMachine Vm { get; }

    public ulong RamSize { get; }

    public Bus Bus { get; } = new();

    public RegisterBlock Device { get; }

    public IReadOnlyList<KvmVirtualCpu> Cpus => _cpus;

    /// <summary>KVM_EXIT_ARM_NISV exits of the last <see cref="Run"/>, all CPUs.</summary>
    public long NisvExits { get; private set; }

    /// <summary>Runs every CPU on a thread of its own until one of them stops the machine or the time is up.</summary>
    public Stop Run(Func<KvmVirtualCpu, IFaultHandler?> faults, TimeSpan limit)
    {
        Stop? result = null;
        bool stopping = false;
        object gate = new();
        var loops = new CpuLoop[_cpus.Length];
        var threads = new Thread[_cpus.Length];
        for (int i = 0; i < _cpus.Length; i++)
        {
            KvmVirtualCpu cpu = _cpus[i];
            CpuLoop loop = loops[i] = new CpuLoop(cpu, Bus, faults(cpu));
            threads[i] = new Thread(() =>
            {
                Stop stop;
                try
                {
                    stop = loop.Run(() => Volatile.Read(ref stopping));
                }
                catch (KvmException failure)
                {
                    stop = new Stop(StopKind.Died, failure.Message);
                }

                lock (gate)
                {
                    result ??= stop;
                    Monitor.PulseAll(gate);
                }
            });
            threads[i].Start();
        }

        lock (gate)
        {
            if (result is null)
            {
                Monitor.Wait(gate, limit);
            }
        }

        Volatile.Write(ref stopping, true);
        foreach (KvmVirtualCpu cpu in _cpus)
        {
            cpu.RequestExit();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }

        NisvExits = 0;
        foreach (CpuLoop loop in loops)
        {
            NisvExits += loop.NisvExits;
        }

        // No CPU stopped by itself.
        Stop first = result.GetValueOrDefault();
        if (first.Kind == StopKind.Requested)
        {
            string places = string.Join(", ", Array.ConvertAll(_cpus, cpu => $"0x{cpu.GetRegister(KvmRegisterId.Pc):x}"));
            return new Stop(StopKind.Died, $"still running after {limit.TotalSeconds:f0} s, at {places}");
        }

        return first;
    }

    public void Dispose()
    {
        foreach (KvmVirtualCpu cpu in _cpus)
        {
            cpu.Dispose();
        }

        _gic?.Dispose();
        Vm.Dispose();
    }
}
