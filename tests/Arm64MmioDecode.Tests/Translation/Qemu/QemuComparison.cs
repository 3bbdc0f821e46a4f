using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using Arm64MmioDecode.Translation;
using Xunit.Sdk;

namespace Arm64MmioDecode.Tests.Translation.Qemu;

/// <summary>Runs layouts on QEMU and through this library, and compares every PAR_EL1.</summary>
internal sealed class QemuComparison
{
    private const int LayoutsPerRun = 2500;
    private const int MaxListed = 12;

    private readonly SortedDictionary<string, int> _outcomes = [];
    private readonly SortedDictionary<string, int> _explained = [];
    private readonly List<string> _differences = [];
    private readonly HashSet<string> _kinds = [];
    private int _differenceCount;

    public int Compared { get; private set; }

    public IReadOnlyDictionary<string, int> Outcomes => _outcomes;

    public static QemuComparison Run(QemuWalker walker, int count, Func<int, Layout> generate)
    {
        var comparison = new QemuComparison();
        for (int first = 0; first < count; first += LayoutsPerRun)
        {
            var layouts = Enumerable.Range(first, Math.Min(LayoutsPerRun, count - first)).Select(generate).ToList();
            (Stage1Capabilities capabilities, ulong[][] results) = walker.Run(layouts);
            for (int i = 0; i < layouts.Count; i++)
            {
                comparison.Compare(walker, first + i, layouts[i], capabilities, results[i]);
            }
        }

        return comparison;
    }

    public void ThrowOnDifference()
    {
        if (_differenceCount > 0)
        {
            throw new XunitException(ToString());
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{_differenceCount} of {Compared} translations differ from QEMU's.");
        text.AppendLine(string.Join(", ", _outcomes.Select(x => $"{x.Key}: {x.Value}")));
        text.AppendLine("known differences of QEMU: " + string.Join(", ", _explained.Select(x => $"{x.Key}: {x.Value}")));
        foreach (string difference in _differences)
        {
            text.AppendLine(difference);
        }

        return text.ToString();
    }

    private void Compare(QemuWalker walker, int number, Layout layout, Stage1Capabilities capabilities, ulong[] expected)
    {
        Stage1Registers registers = Copy(layout.Registers, capabilities);
        for (int i = 0; i < layout.Addresses.Count; i++)
        {
            for (int j = 0; j < walker.Instructions.Count; j++)
            {
                if ((registers.Regime == Stage1Regime.EL2 && j >= 2) || ((registers.Hcr & 1) != 0 && j >= 4))
                {
                    continue;
                }

                AtInstruction at = walker.Instructions[j];
                layout.LeftTheArena = false;
                TranslationResult result = Stage1.Translate(layout, registers, at.Request(layout.Addresses[i]));
                if (layout.LeftTheArena)
                {
                    continue;
                }

                Compared++;
                ulong actual = at.Par(result);
                ulong qemu = expected[(i * walker.Instructions.Count) + j];
                ulong masked = qemu & at.Mask(qemu);
                if (layout.UsesShortDescriptors && result.Succeeded && !at.ShortPar)
                {
                    // QEMU reports no attributes for short descriptors.
                    actual &= ~AtInstruction.AttributeMask;
                    masked &= ~AtInstruction.AttributeMask;
                }

                if (actual == masked)
                {
                    string outcome = result.Succeeded ? $"level {result.Level}" : result.Fault.ToString();
                    _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
                }
                else if (KnownQemuDifferences.Explain(layout, registers, layout.Addresses[i], at, qemu) is { } reason)
                {
                    _explained[reason] = _explained.GetValueOrDefault(reason) + 1;
                }
                else if (++_differenceCount > 0 && _kinds.Add($"{Outcome(actual)} instead of {Outcome(masked)}") && _differences.Count < MaxListed)
                {
                    _differences.Add(Describe(number, layout, registers, layout.Addresses[i], at, result, qemu));
                }
            }
        }
    }

    // One example of each kind of difference tells more than a hundred of one.
    private static string Outcome(ulong par) => (par & 1) != 0 ? $"fault 0x{par:x}" : "success";

    /// <summary>The registers with some of them replaced.</summary>
    public static Stage1Registers Copy(in Stage1Registers r, Stage1Capabilities? capabilities = null, ulong? sctlr = null, ulong? tcr = null) => new()
    {
        Capabilities = capabilities ?? r.Capabilities,
        Regime = r.Regime,
        Sctlr = sctlr ?? r.Sctlr,
        Tcr = tcr ?? r.Tcr,
        Ttbr0 = r.Ttbr0,
        Ttbr1 = r.Ttbr1,
        Mair = r.Mair,
        Dacr = r.Dacr,
        DefaultCacheable = r.DefaultCacheable,
        Hcr = r.Hcr,
        Stage2 = r.Stage2,
    };

    private static string Describe(
        int number, Layout layout, in Stage1Registers r, ulong address, AtInstruction at, in TranslationResult result, ulong qemu)
    {
        var text = new StringBuilder();
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"layout {number}, {r.Regime}, {at.Name} 0x{address:x16}: QEMU PAR 0x{qemu:x16}, here 0x{at.Par(result):x16} ({(result.Succeeded ? $"level {result.Level}" : result.Fault.ToString())})");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"    SCTLR 0x{r.Sctlr:x} TCR 0x{r.Tcr:x16} TTBR0 0x{r.Ttbr0:x16} TTBR1 0x{r.Ttbr1:x16} MAIR 0x{r.Mair:x16} DACR 0x{r.Dacr:x8} DC {r.DefaultCacheable} HCR 0x{r.Hcr:x} VTCR 0x{r.Stage2.Vtcr:x} VTTBR 0x{r.Stage2.Vttbr:x} SCTLR_EL2 0x{r.Stage2.Sctlr:x}");
        var traced = new TracingMemory(layout);
        _ = Stage1.Translate(traced, r, at.Request(address));
        foreach ((ulong where, ulong what) in traced.Reads)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"    [0x{where:x}] = 0x{what:x16}");
        }

        return text.ToString();
    }

    private sealed class TracingMemory(Layout layout) : IGuestMemory
    {
        public List<(ulong Where, ulong What)> Reads { get; } = [];

        public bool TryRead(ulong physicalAddress, Span<byte> destination)
        {
            bool ok = layout.TryRead(physicalAddress, destination);
            Reads.Add((physicalAddress, destination.Length == 8 ? layout.ReadDescriptor64(physicalAddress) : layout.ReadDescriptor32(physicalAddress)));
            return ok;
        }
    }
}
