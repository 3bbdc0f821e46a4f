using System;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Handling;

namespace Arm64MmioDecode.Kvm.Preload;

/// <summary>How a call of the front ends (enum managed_result).</summary>
internal enum ServedResult
{
    /// <summary>The VMM, or the kernel, does what it would have done.</summary>
    Refused = -1,

    /// <summary>The guest can be entered.</summary>
    Done = 0,

    /// <summary>kvm_run holds a KVM_EXIT_MMIO for the VMM.</summary>
    Access = 1,

    /// <summary>KVM_RUN has said something that the VMM is told first.</summary>
    CameOut = 2,
}

/// <summary>One virtual CPU: its exits, access by access.</summary>
internal sealed unsafe class ServedCpu : IKvmRegisters
{
    private const uint ExitMmio = 6;
    private const int NoSuchRegister = 2; // ENOENT

    private readonly FrontCpu* _front;
    private readonly MachineMemory _memory;
    private readonly KvmExitHandler _handler;
    private readonly RetryLimit _retries = new();
    private readonly EmulationOptions _plain;
    private readonly EmulationOptions? _joined;
    private BusTransaction _transaction;
    private bool _isWithVmm;

    public ServedCpu(FrontCpu* front)
    {
        _front = front;
        _memory = new MachineMemory(front);
        _handler = new KvmExitHandler(this, _memory)
        {
            SixtyFourBytes = SixtyFourBytePolicy.Split, // kvm_run.mmio holds eight bytes
            Options = _plain = OptionsOf(front->Settings),
        };
        _joined = (front->Settings & Settings.Join) != 0 ? _plain with { JoinElements = true } : null;
    }

    private bool IsWrite => _transaction.Operation == BusOperation.Write;

    public KvmVcpuFeatures Features => (KvmVcpuFeatures)_front->Features;

    public ServedResult Begin(KvmArmNisvExit exit)
    {
        _memory.Update();
        Settings settings = _front->Settings;
        if ((settings & Settings.ExplainOnly) != 0)
        {
            ExplainLog.Explain(_handler, exit);
            return ServedResult.Refused;
        }

        if (_joined is { } joined)
        {
            // KVM's devices answer as hardware does, and its GIC no eight bytes where it has words.
            _handler.Options = Front.IsInKernel(_front, exit.FaultIpa) != 0 ? _plain : joined;
        }

        KvmExitOutcome outcome = _handler.Begin(exit);
        if ((settings & Settings.LogExplain) != 0)
        {
            ExplainLog.Explain(_handler);
        }

        return outcome == KvmExitOutcome.Pending ? GoOn() : End(outcome);
    }

    public ServedResult Next()
    {
        _memory.Update();
        if (_isWithVmm)
        {
            _isWithVmm = false;
            _handler.Complete(IsWrite ? 0 : *(ulong*)(_front->Run + 40));
            return GoOn();
        }

        return Perform() ?? GoOn();
    }

    public void Abandon()
    {
        _isWithVmm = false;
        _handler.Abandon();
    }

    public void GetRegister(KvmRegisterId id, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, id.Size, nameof(destination));
        fixed (byte* value = destination)
        {
            int error = Front.GetRegister(_front, id.Value, value);
            if (error == NoSuchRegister)
            {
                destination[..id.Size].Clear(); // a feature that this kernel does not know
            }
            else if (error != 0)
            {
                throw new KvmException($"KVM_GET_ONE_REG {id}: errno {error}");
            }
        }
    }

    public void SetRegister(KvmRegisterId id, ReadOnlySpan<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(source.Length, id.Size, nameof(source));
        fixed (byte* value = source)
        {
            int error = Front.SetRegister(_front, id.Value, value);
            if (error != 0)
            {
                throw new KvmException($"KVM_SET_ONE_REG {id}: errno {error}");
            }
        }
    }

    private static EmulationOptions OptionsOf(Settings settings) => new()
    {
        Atomics = (settings & Settings.PerformAtomics) != 0 ? AtomicPolicy.Perform : AtomicPolicy.Fault,
        Exclusives = (settings & Settings.PerformExclusives) != 0 ? ExclusivePolicy.Perform : ExclusivePolicy.Fault,
    };

    private ServedResult GoOn()
    {
        while (_handler.TryGetNext(out _transaction))
        {
            if (Perform() is ServedResult result)
            {
                return result;
            }
        }

        return End(_handler.Commit());
    }

    // The transaction, by a device of KVM's if it has one there. Null: it has been performed, or has failed.
    private ServedResult? Perform()
    {
        ulong value = _transaction.Low;
        KernelAccess access = Front.AccessInKernel(_front, _transaction.Address, _transaction.Size, IsWrite ? 1u : 0u, &value);
        switch (access)
        {
            case KernelAccess.Elsewhere:
                Show();
                return ServedResult.Access;
            case KernelAccess.CameOut:
                return ServedResult.CameOut;
            case KernelAccess.Performed:
                _handler.Complete(IsWrite ? 0 : value);
                return null;
            default:
                ExplainLog.ReportKernelDevice(_transaction.Address, access, _front->Settings);
                _handler.Fail(BusStatus.ExternalAbort);
                return null;
        }
    }

    private void Show()
    {
        _isWithVmm = true;
        byte* run = _front->Run;
        *(uint*)(run + 8) = ExitMmio;
        *(ulong*)(run + 32) = _transaction.Address;
        *(ulong*)(run + 40) = IsWrite ? _transaction.Low : 0; // what no device answers reads as zero
        *(uint*)(run + 48) = _transaction.Size;
        run[52] = IsWrite ? (byte)1 : (byte)0;
        Front.Count(Counter.Vmm);
    }

    private ServedResult End(KvmExitOutcome outcome)
    {
        bool goesOn = _retries.Allows(_handler.Pc, _handler.Outcome);
        switch (outcome)
        {
            case KvmExitOutcome.Completed:
            case KvmExitOutcome.Abandoned:
                Front.Count(Counter.Completed);
                return ServedResult.Done;
            case KvmExitOutcome.FaultDelivered:
                Front.Count(Counter.Aborts);
                ExplainLog.Summarise(_handler, _front->Settings);
                return ServedResult.Done;
            case KvmExitOutcome.Retry when goesOn:
                Front.Count(Counter.Retries);
                return ServedResult.Done;
            default:
                ExplainLog.Summarise(_handler, _front->Settings);
                return ServedResult.Refused;
        }
    }
}
