using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>Executes every case twice in every mode of the guest: on RAM, where the CPU itself makes the accesses, and
/// on the device, where the VMM completes them. Registers and memory must agree, and the device's log must be what the
/// case says.</summary>
internal static class InstructionProof
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);
    private static readonly string[] s_exclusiveStores = ["stxr", "stlxr", "stxp", "stlxp", "strex", "stlex"];

    public static void Run(
        KvmSystem kvm,
        GuestMode mode,
        IReadOnlyList<InstructionCase> cases,
        Func<Machine, KvmVirtualCpu, IFaultHandler?> faults,
        Report report)
    {
        var clock = Stopwatch.StartNew();
        InstructionCase[] selected = [.. cases.Where(c => Applies(c, mode) && !IsExclusivePair(c))];
        GuestState[] onRam;
        using (var guest = new InstructionGuest(kvm, mode, onDevice: false, (_, _) => null))
        using (new Timer(_ => guest.Abandon(), null, s_limit, Timeout.InfiniteTimeSpan))
        {
            onRam = [.. selected.Select(test => IsLaneLoad(test) ? guest.Execute(test).ClearUpperBits(guest.Before(test)) : guest.Execute(test))];
        }

        int failed = report.Failed;
        using (var guest = new InstructionGuest(kvm, mode, onDevice: true, faults))
        using (new Timer(_ => guest.Abandon(), null, s_limit, Timeout.InfiniteTimeSpan))
        {
            for (int i = 0; i < selected.Length; i++)
            {
                if (!guest.RanToEnd(onRam[i], selected[i]))
                {
                    report.Skip($"{mode}: {selected[i].Text}: this CPU does not execute it on RAM either ({onRam[i].Stop}, PC 0x{onRam[i].Registers[GuestState.Pc]:x}, ESR 0x{onRam[i].Registers[GuestState.Esr]:x})");
                    continue;
                }

                GuestState state = guest.Execute(selected[i]);
                List<string> problems = state.Compare(onRam[i]);
                if (problems.Count == 0 && selected[i].Check(guest.Device.Log, InstructionGuest.DeviceOffset) is { } wrongAccess)
                {
                    problems.Add(wrongAccess);
                }

                if (problems.Count == 0)
                {
                    report.Pass();
                }
                else
                {
                    report.Fail($"{mode}: {selected[i].Text}: {string.Join("; ", problems)}");
                }
            }

            Report.Note($"{mode}: {selected.Length} cases, {report.Failed - failed} failed; {guest.Loop.NisvExits} exits without a syndrome, {guest.Loop.MmioExits} with one; {clock.Elapsed.TotalSeconds:f1} s");
        }
    }

    /// <summary>
    /// A load exclusive that the VMM performs does not set the processor's own monitor, so that the store exclusive behind it
    /// fails without an access and without an exit: on a device it is right that the pair differs from RAM.
    /// </summary>
    private static bool IsExclusivePair(InstructionCase test) =>
        s_exclusiveStores.Any(name => test.Text.Contains(name, StringComparison.Ordinal));

    /// <summary>
    /// A load of one lane writes a 128-bit register too, which clears the rest of the scalable register (Arm ARM, V[] in the
    /// shared pseudocode). QEMU 7.2 leaves it as it is.
    /// </summary>
    private static bool IsLaneLoad(InstructionCase test) =>
        test.Text.StartsWith("ld", StringComparison.Ordinal) && test.Text.Contains("}[", StringComparison.Ordinal);

    private static bool Applies(InstructionCase test, GuestMode mode) =>
        (!test.NeedsTranslation || mode.HasTranslation)
        && (!test.NeedsEl1 || (mode.ExceptionLevel == 1 && mode.AArch32Mode != GuestMode.System))
        && (!test.NeedsSystemMode || mode.AArch32Mode == GuestMode.System)
        && (!test.NeedsSve || mode.HasSve);
}
