using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using Arm64MmioDecode.Handling;

namespace Arm64MmioDecode.Kvm.Vmm.Proof;

/// <summary>Counts the KVM_GET_ONE_REG and KVM_SET_ONE_REG calls that the exit of an instruction costs, and compares with the
/// table of docs/kvm.md.</summary>
internal static class SystemCallProof
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public static void Run(KvmSystem kvm, string document, GuestSet set, bool hasSve, IReadOnlyList<InstructionCase> cases, Report report)
    {
        GuestTranslation on = set == GuestSet.A64 ? GuestTranslation.Granule4K : GuestTranslation.Long;
        foreach (GuestTranslation translation in (GuestTranslation[])[GuestTranslation.Off, on])
        {
            LibraryHandler? handler = null;
            var mode = new GuestMode(set, translation, 1, BigEndian: false) { HasSve = hasSve };
            using var guest = new InstructionGuest(
                kvm,
                mode,
                onDevice: true,
                (machine, cpu) => handler = new LibraryHandler(machine, cpu, new RetryLimit()));
            using var limit = new Timer(_ => guest.Abandon(), null, s_limit, Timeout.InfiniteTimeSpan);
            foreach (string line in File.ReadLines(document))
            {
                string[] cells = [.. line.Split('|').Select(cell => cell.Trim(' ', '`'))];
                if (cells.Length != 7 || cells[1] != (hasSve ? "SVE" : set.ToString()))
                {
                    continue;
                }

                string title = $"system calls: {mode}: {cells[3]}";
                InstructionCase? test = cases.FirstOrDefault(c => c.Text == cells[3]);
                if (test is null || handler is null)
                {
                    report.Fail($"{title}: there is no such case");
                    continue;
                }

                (long reads, long writes) = handler.Calls;
                guest.Execute(test);
                string calls = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{handler.Calls.Reads - reads} + {handler.Calls.Writes - writes}");
                string expected = translation == GuestTranslation.Off ? cells[4] : cells[5];
                report.Check(calls == expected, $"{title}: {calls}", $"the document says {expected}");
            }
        }
    }
}
