using System;
using System.Collections.Generic;
using System.Linq;

namespace Arm64MmioDecode.Tests.Tooling.Scalable;

/// <summary>
/// Says what a case must end in: QEMU's result, held against the model's; the model's alone where QEMU is known to be wrong, or
/// where the architecture allows several results and QEMU's is another of them.
/// </summary>
internal static class ScalableJudge
{
    private const int Ffr = 16;

    /// <summary>Whether QEMU can be asked at all.</summary>
    /// <remarks>
    /// An element of a ZA tile slice that straddles the end of memory ends QEMU 7.2 and 11.1 with an assertion. QEMU 7.2 ends with
    /// one in structures of which no element of the first page is active.
    /// </remarks>
    public static bool CanAsk(ScalableCase c, QemuVersion version) =>
        (version == QemuVersion.Fetched || (c.Form.IsInQemu72 && (c.Form.IsGather || !CrossesPage(c))))
        && !(c.Form.File == ScalableFile.TileSlice && c.HasStraddlingElement);

    /// <summary>How QEMU's result differs from what the architecture allows, as the model has it; empty when it does not.</summary>
    public static IReadOnlyList<string> Check(ScalableCase c, MachineState qemu, MachineState model)
    {
        if (IsMisjudged(c))
        {
            return [];
        }

        var expected = model.Clone();
        if (qemu.Outcome == Outcome.Completed && model.Outcome == Outcome.Completed)
        {
            if (c.Form.SuppressesFaults)
            {
                AllowEarlyStop(c, qemu, expected);
            }
            else if (IsVerticalLoad(c))
            {
                AllowRest(c, qemu, expected);
            }
        }

        // QEMU reports the aligned block in which an unaligned element lies, not always a byte of it.
        var reported = qemu.Clone();
        if (qemu.FaultAddress != 0)
        {
            reported.FaultAddress = expected.FaultAddress;
        }

        return StateComparer.Compare(c.Case, reported, expected);
    }

    /// <summary>How a machine's result differs from the architecture's; empty when it does not.</summary>
    /// <param name="c">The case.</param>
    /// <param name="qemu">QEMU's result; null where it cannot be asked.</param>
    /// <param name="model">The model's result.</param>
    /// <param name="actual">The machine's result; null where it gave none.</param>
    /// <param name="expected">What it was held against.</param>
    public static IReadOnlyList<string> Check(
        ScalableCase c, MachineState? qemu, MachineState model, MachineState? actual, out MachineState expected)
    {
        // A machine under test does not stop before it has to, which QEMU may.
        expected = qemu is null || c.Form.SuppressesFaults || IsVerticalLoad(c) ? model : qemu;
        return actual is null ? ["not emulated"] : StateComparer.Compare(c.Case, expected, actual);
    }

    /// <summary>Whether QEMU 7.2 and 11.1 get the case wrong.</summary>
    /// <remarks>
    /// Contiguous LDFF1 and LDNF1 look at the wrong predicate bits when the first active element is not element 0. LDNF1 faults
    /// when an element straddles the end of memory.
    /// </remarks>
    private static bool IsMisjudged(ScalableCase c) =>
        c.Form.SuppressesFaults && !c.Form.IsGather
        && (c.Elements.FindIndex(x => x.IsActive) > 0 || (c.Form.IsNonFault && c.HasStraddlingElement));

    private static bool IsVerticalLoad(ScalableCase c) =>
        c.Form.IsLoad && c.Form.File == ScalableFile.TileSlice && c.Form.Field(c.Word, "V") == 1;

    /// <summary>
    /// QEMU 7.2 and 11.1 do not zero the inactive elements of a vertical slice after the last active one of a page, which the
    /// manual does.
    /// </summary>
    private static void AllowRest(ScalableCase c, MachineState qemu, MachineState expected)
    {
        foreach (var element in c.Elements.Where(x => !x.IsActive))
        {
            qemu.Sme!.ArrayVector(element.Register).Slice(element.Offset, element.Size)
                .CopyTo(expected.Sme!.ArrayVector(element.Register)[element.Offset..]);
        }
    }

    private static bool CrossesPage(ScalableCase c) =>
        c.Elements.Count != 0 && c.Elements[0].Address / GuestMemory.PageSize != (c.Elements[^1].Address + 15) / GuestMemory.PageSize;

    /// <summary>
    /// A first-fault or non-fault load may stop at any element after the first, and what follows the first FALSE element of
    /// FFR is CONSTRAINED UNPREDICTABLE: there the expected state becomes QEMU's.
    /// </summary>
    private static void AllowEarlyStop(ScalableCase c, MachineState qemu, MachineState expected)
    {
        var theirs = qemu.Sve!.PRegister(Ffr);
        var ours = expected.Sve!.PRegister(Ffr);
        var isUnknown = false;
        foreach (var element in c.Elements)
        {
            var index = element.Offset;
            isUnknown |= ((theirs[index / 8] >> (index % 8)) & 1) == 0;
            if (isUnknown)
            {
                for (var i = index; i < index + c.RegisterBytes; i++)
                {
                    var bit = (byte)(1 << (i % 8));
                    ours[i / 8] &= (byte)(theirs[i / 8] | ~bit);
                }

                qemu.Sve.ZRegister(element.Register).Slice(index, c.RegisterBytes)
                    .CopyTo(expected.Sve.ZRegister(element.Register)[index..]);
            }
        }

        ScalableModel.CopyLowHalves(expected);
    }
}

/// <summary>What a run over scalable cases found, class by class.</summary>
internal sealed class ScalableReport
{
    private readonly SortedDictionary<string, SortedDictionary<Outcome, int>> _classes = new(StringComparer.Ordinal);
    private readonly DifferentialReport _report = new();

    public int CaseCount => _report.CaseCount;

    public IEnumerable<string> Classes => _classes.Keys;

    public void Add(ScalableCase c, Outcome outcome, IReadOnlyList<string> differences)
    {
        if (!_classes.TryGetValue(c.Form.Class, out var outcomes))
        {
            _classes[c.Form.Class] = outcomes = [];
        }

        outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        _report.Add(c.Case, outcome, differences);
    }

    public void ThrowOnMismatch() => _report.ThrowOnMismatch();

    public override string ToString() => string.Join(
        Environment.NewLine,
        _classes.Select(x => $"{x.Value.Values.Sum(),7}  {x.Key} ({string.Join(", ", x.Value.Select(y => $"{y.Key} {y.Value}"))})")
            .Prepend($"{CaseCount} cases"));
}
