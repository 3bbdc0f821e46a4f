using System;
using Arm64MmioDecode.Kvm.Vmm.Devices;

namespace Arm64MmioDecode.Kvm.Vmm;

/// <summary>How a virtual CPU stopped.</summary>
internal enum StopKind
{
    /// <summary>Asked to by the VMM.</summary>
    Requested,

    /// <summary>A breakpoint instruction.</summary>
    Breakpoint,

    /// <summary>The guest powered itself off.</summary>
    PowerOff,

    /// <summary>The guest asked for a reset.</summary>
    Reset,

    /// <summary>The VMM cannot go on.</summary>
    Died,
}

/// <summary>How and why a virtual CPU stopped.</summary>
internal readonly record struct Stop(StopKind Kind, string Reason = "")
{
    public override string ToString() => Reason.Length == 0 ? Kind.ToString() : $"{Kind}: {Reason}";
}

/// <summary>Runs one virtual CPU and serves its exits.</summary>
internal sealed class CpuLoop(KvmVirtualCpu cpu, Bus bus, IFaultHandler? faults)
{
    /// <summary>KVM_EXIT_ARM_NISV exits so far.</summary>
    public long NisvExits { get; private set; }

    /// <summary>KVM_EXIT_MMIO exits so far.</summary>
    public long MmioExits { get; private set; }

    public Stop Run(Func<bool>? stopRequested = null)
    {
        while (true)
        {
            switch (cpu.Run())
            {
                case KvmExitReason.Mmio:
                    MmioExits++;
                    if (ServeMmio() is { } refused)
                    {
                        return new Stop(StopKind.Died, refused);
                    }

                    break;
                case KvmExitReason.ArmNisv:
                    NisvExits++;
                    string? problem = faults is null ? "KVM_EXIT_ARM_NISV, and nobody to handle it" : faults.Handle(cpu);
                    if (problem is not null)
                    {
                        KvmArmNisvExit exit = cpu.ArmNisv;
                        return new Stop(StopKind.Died, $"{problem} (iss 0x{exit.Syndrome:x}, ipa 0x{exit.FaultIpa:x}, pc 0x{cpu.GetRegister(KvmRegisterId.Pc):x})");
                    }

                    break;
                case KvmExitReason.Interrupted:
                    if (stopRequested is null || stopRequested())
                    {
                        return new Stop(StopKind.Requested);
                    }

                    cpu.ImmediateExit = false;
                    break;
                case KvmExitReason.Debug:
                    return new Stop(StopKind.Breakpoint);
                case KvmExitReason.SystemEvent when cpu.SystemEvent == KvmSystemEvent.Shutdown:
                    return new Stop(StopKind.PowerOff);
                case KvmExitReason.SystemEvent:
                    return new Stop(StopKind.Reset, cpu.SystemEvent.ToString());
                case KvmExitReason other:
                    return new Stop(StopKind.Died, $"KVM exit {other}");
            }
        }
    }

    private string? ServeMmio()
    {
        KvmMmioExit exit = cpu.Mmio;
        if (exit.IsWrite)
        {
            return bus.TryWrite(exit.PhysicalAddress, exit.Length, exit.Data) ? null : Describe(exit);
        }

        if (!bus.TryRead(exit.PhysicalAddress, exit.Length, out ulong value))
        {
            return Describe(exit);
        }

        if (faults is null)
        {
            cpu.CompleteMmioRead(value);
        }
        else
        {
            faults.CompleteRead(value);
        }

        return null;
    }

    private static string Describe(KvmMmioExit exit) =>
        $"no device takes a {exit.Length}-byte {(exit.IsWrite ? "write" : "read")} at 0x{exit.PhysicalAddress:x}";
}
