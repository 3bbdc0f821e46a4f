using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Kvm.Vmm.Devices;

namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>The library on one CPU of this VMM: <see cref="KvmExitHandler"/> with the VMM's devices and a limit on retries.</summary>
internal sealed class LibraryHandler : IFaultHandler, IMmioBus
{
    // A guest with a stale translation of its PC would exit at the same place for ever.
    private const int RetryLimit = 1000;

    private readonly Bus _devices;
    private readonly KvmExitHandler _handler;
    private ulong _retriedPc;
    private int _retries;

    public LibraryHandler(Machine machine, KvmVirtualCpu cpu)
    {
        _devices = machine.Bus;
        _handler = new KvmExitHandler(cpu, machine.Vm.Memory, this)
        {
            Options = new EmulationOptions { Exclusives = ExclusivePolicy.Perform, Atomics = AtomicPolicy.Perform },
        };
    }

    public string? Handle(KvmVirtualCpu cpu)
    {
        switch (_handler.Handle(cpu.ArmNisv))
        {
            case KvmExitOutcome.Retry:
                ulong pc = cpu.GetRegister(KvmRegisterId.Pc);
                _retries = pc == _retriedPc ? _retries + 1 : 0;
                _retriedPc = pc;
                return _retries < RetryLimit ? null : $"{RetryLimit} retries at one address; there is {_handler.Instruction}";
            case KvmExitOutcome.NotEmulated:
                return $"not emulated: {_handler.Instruction}";
            default:
                _retries = 0;
                return null;
        }
    }

    public void CompleteRead(ulong value) => _handler.CompleteRead(value);

    BusStatus IMmioBus.Read(ulong address, int size, out ulong value) =>
        _devices.TryRead(address, size, out value) ? BusStatus.Success : BusStatus.ExternalAbort;

    BusStatus IMmioBus.Write(ulong address, int size, ulong value) =>
        _devices.TryWrite(address, size, value) ? BusStatus.Success : BusStatus.ExternalAbort;
}
