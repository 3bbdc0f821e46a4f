using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Xunit.Sdk;

namespace Arm64MmioDecode.Tests.Tooling;

/// <summary>Executes cases on QEMU and on a machine under test, and compares the results.</summary>
public static class DifferentialRun
{
    /// <summary>Cases per QEMU process: bounds the memory that a long run needs.</summary>
    private const int BatchSize = 4096;

    /// <summary>Compares every case; a machine that throws is reported as a difference.</summary>
    public static DifferentialReport Compare(IEnumerable<DifferentialCase> cases, IMachine machine)
    {
        var report = new DifferentialReport();
        foreach (var batch in cases.Chunk(BatchSize))
        {
            var expected = QemuUser.Execute(batch);
            for (var i = 0; i < batch.Length; i++)
            {
                report.Add(batch[i], expected[i].Outcome, Compare(batch[i], expected[i], machine));
            }
        }

        return report;
    }

    private static IReadOnlyList<string> Compare(DifferentialCase c, MachineState expected, IMachine machine)
    {
        try
        {
            return StateComparer.Compare(c, expected, machine.Execute(c));
        }
#pragma warning disable CA1031 // Whatever the machine under test throws is a finding like any other.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return [$"the emulator threw {exception}"];
        }
    }
}

/// <summary>What a run found.</summary>
public sealed class DifferentialReport
{
    private const int MaxMismatchesListed = 20;

    private readonly SortedDictionary<Outcome, int> _outcomes = [];
    private readonly List<(DifferentialCase Case, IReadOnlyList<string> Differences)> _mismatches = [];

    /// <summary>How many cases QEMU ended in each way: shows whether a generator tests what it means to test.</summary>
    public IReadOnlyDictionary<Outcome, int> Outcomes => _outcomes;

    public int CaseCount => _outcomes.Values.Sum();

    public IReadOnlyList<(DifferentialCase Case, IReadOnlyList<string> Differences)> Mismatches => _mismatches;

    /// <summary>Fails the calling test with the report when there is a mismatch.</summary>
    public void ThrowOnMismatch()
    {
        if (_mismatches.Count > 0)
        {
            throw new XunitException(ToString());
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        var outcomes = string.Join(", ", _outcomes.Select(x => $"{x.Key} {x.Value}"));
        text.AppendLine(
            CultureInfo.InvariantCulture, $"{_mismatches.Count} of {CaseCount} cases differ from QEMU ({outcomes}).");
        foreach (var (c, differences) in _mismatches.Take(MaxMismatchesListed))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{Describe(c)}:");
            foreach (var difference in differences)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"    {difference}");
            }
        }

        return text.ToString();
    }

    internal void Add(DifferentialCase c, Outcome outcome, IReadOnlyList<string> differences)
    {
        _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
        if (differences.Count > 0)
        {
            _mismatches.Add((c, differences));
        }
    }

    private static string Describe(DifferentialCase c)
    {
        var words = c.Words.Select(x => c.Isa == Isa.T32 && x <= 0xFFFF ? $"{x:x4}" : $"{x:x8}");
        var order = c.BigEndian ? " big-endian" : "";
        return $"{c.Isa}{order} {string.Join("; ", Disassemble(c))} ({string.Join(' ', words)}) " +
            $"at 0x{c.Initial.Pc:x}{(c.Name.Length == 0 ? "" : $", {c.Name}")}";
    }

    private static IEnumerable<string> Disassemble(DifferentialCase c)
    {
        try
        {
            return LlvmDisassembler.Disassemble(c.Isa, c.Words).Select(x => x.Text);
        }
        catch (Xunit.SkipException)
        {
            // LLVM only makes the report easier to read.
            return ["?"];
        }
    }
}
