using System;
using System.Collections.Generic;
using System.Threading;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>A device refuses an access in the middle of an instruction: the guest's abort handler must see the fault at
/// the right address, and every register as it was before the instruction.</summary>
internal static class FaultProof
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static void Run(
        KvmSystem kvm,
        GuestMode mode,
        IReadOnlyList<InstructionCase> cases,
        Func<Machine, KvmVirtualCpu, IFaultHandler?> faults,
        Report report)
    {
        using var guest = new InstructionGuest(kvm, mode, onDevice: true, faults);
        using var limit = new Timer(_ => guest.Abandon(), null, s_limit, Timeout.InfiniteTimeSpan);
        foreach (InstructionCase test in cases)
        {
            // The library does not emulate SVE accesses.
            if (test.NeedsSve)
            {
                continue;
            }

            GuestState expected = guest.Before(test);
            guest.TakeAbort(expected, test);
            GuestState state = guest.Execute(test);
            state.IgnoreUnspecified(expected);
            List<string> problems = state.Stop.Kind == StopKind.Breakpoint ? state.CompareRegisters(expected) : [$"stopped with {state.Stop}"];
            if (problems.Count == 0 && test.Check(guest.Device.Log, InstructionGuest.DeviceOffset) is { } wrongAccess)
            {
                problems.Add(wrongAccess);
            }

            if (problems.Count == 0)
            {
                report.Pass();
            }
            else
            {
                report.Fail($"refused access: {mode}: {test.Text}: {string.Join("; ", problems)}");
            }
        }
    }
}
