using System.Collections.Generic;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Kvm.Vmm.Devices;

namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>The library on one CPU of this VMM: <see cref="KvmExitHandler"/> with the VMM's devices and a limit on retries.</summary>
internal sealed class LibraryHandler : IFaultHandler, IMmioBus
{
    private readonly Bus _devices;
    private readonly CountingCpu _cpu;
    private readonly KvmExitHandler _handler;
    private readonly RetryLimit _limit;
    private readonly SortedDictionary<ExitReason, int> _retries = [];

    public LibraryHandler(Machine machine, IKvmVirtualCpu cpu, RetryLimit limit, ExclusivePolicy exclusives = ExclusivePolicy.Fault)
    {
        _devices = machine.Bus;
        _limit = limit;
        _cpu = new CountingCpu(cpu);
        _handler = new KvmExitHandler(_cpu, machine.Vm.Memory, this)
        {
            Options = new EmulationOptions { Exclusives = exclusives, Atomics = AtomicPolicy.Perform },
        };
    }

    /// <summary>The instruction of the last exit.</summary>
    public AccessDescriptor Access => _handler.Access;

    /// <summary>How many system calls for registers there have been.</summary>
    public (long Reads, long Writes) Calls => (_cpu.Reads, _cpu.Writes);

    /// <summary>How many exits ended in a retry, by reason.</summary>
    public IReadOnlyDictionary<ExitReason, int> Retries => _retries;

    public string? Handle(KvmVirtualCpu cpu)
    {
        KvmExitOutcome outcome = _handler.Handle(cpu.ArmNisv);
        if (outcome == KvmExitOutcome.Retry)
        {
            ExitReason reason = _handler.Outcome.Reason;
            _retries[reason] = _retries.GetValueOrDefault(reason) + 1;
        }

        if (!_limit.Allows(_handler.Pc, _handler.Outcome))
        {
            return $"retried too often: {_handler.Explain().Summary}";
        }

        return outcome == KvmExitOutcome.NotEmulated ? _handler.Explain().Summary : null;
    }

    public void CompleteRead(ulong value) => _handler.CompleteRead(value);

    BusStatus IMmioBus.Read(ulong address, int size, out ulong value) =>
        _devices.TryRead(address, size, out value) ? BusStatus.Success : BusStatus.ExternalAbort;

    BusStatus IMmioBus.Write(ulong address, int size, ulong value) =>
        _devices.TryWrite(address, size, value) ? BusStatus.Success : BusStatus.ExternalAbort;
}
