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
    private bool _isWrite;

    public ServedCpu(FrontCpu* front)
    {
        _front = front;
        _memory = MachineMemory.Of(front->Machine);
        _handler = new KvmExitHandler(this, _memory.Slots)
        {
            SixtyFourBytes = SixtyFourBytePolicy.Split, // kvm_run.mmio holds eight bytes
            Options = OptionsOf(front->Settings),
        };
    }

    public KvmVcpuFeatures Features => (KvmVcpuFeatures)_front->Features;

    public ServedResult Begin(KvmArmNisvExit exit)
    {
        _memory.Update(_front);
        Settings settings = _front->Settings;
        if ((settings & Settings.ExplainOnly) != 0)
        {
            ExplainLog.Explain(_handler, exit);
            return ServedResult.Refused;
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
        _memory.Update(_front);
        if (_isWrite)
        {
            _handler.Complete();
        }
        else
        {
            _handler.Complete(*(ulong*)(_front->Run + 40));
        }

        return GoOn();
    }

    public void Abandon() => _handler.Abandon();

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
        JoinElements = (settings & Settings.Join) != 0,
    };

    private ServedResult GoOn()
    {
        while (_handler.TryGetNext(out BusTransaction transaction))
        {
            ulong value = transaction.Low;
            _isWrite = transaction.Operation == BusOperation.Write;
            switch (Front.AccessInKernel(_front, transaction.Address, transaction.Size, _isWrite ? 1u : 0u, &value))
            {
                case 0:
                    Show(transaction);
                    return ServedResult.Access;
                case > 0:
                    _handler.Complete(_isWrite ? 0 : value);
                    break;
                default:
                    ExplainLog.ReportKernelDevice(transaction.Address, _front->Settings);
                    _handler.Fail(BusStatus.ExternalAbort);
                    break;
            }
        }

        return End(_handler.Commit());
    }

    private void Show(in BusTransaction transaction)
    {
        byte* run = _front->Run;
        *(uint*)(run + 8) = ExitMmio;
        *(ulong*)(run + 32) = transaction.Address;
        *(ulong*)(run + 40) = _isWrite ? transaction.Low : 0; // what no device answers reads as zero
        *(uint*)(run + 48) = transaction.Size;
        run[52] = _isWrite ? (byte)1 : (byte)0;
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
