using System.Globalization;
using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>
/// QEMU's registers, which it prints when KVM_RUN has failed (and for <c>info registers</c>): PC and SP first (up to 3.0), or in the
/// order PC, X0 … X30, SP; of a guest in AArch32 R00 … R15 and PSR.
/// </summary>
internal sealed partial class QemuDump : DumpFormat
{
    private const int ProgramCounter = 15;
    private bool _saidFailure;

    public QemuDump()
        : base("QEMU")
    {
    }

    protected override bool IsBeginning(string line) => Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (Failure().Match(line) is { Success: true } failure && !_saidFailure)
        {
            _saidFailure = true;
            Dump.Notes.Add(failure.Groups[1].Value == "Function not implemented"
                ? "KVM_RUN failed with \"Function not implemented\": that is a data abort without a description (ISV = 0) where the guest has no memory."
                : $"KVM_RUN failed with \"{Input.Quoted.Printable(failure.Groups[1].Value)}\".");
        }

        Dump.Pc ??= Find(Pc(), line);
        Dump.Sp ??= Find(Sp(), line);
        Dump.PState ??= Find(PState(), line);
        TakeX(X(), line);
        foreach (Match match in R().Matches(line))
        {
            int number = int.Parse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
            if (number < ProgramCounter)
            {
                Dump.R[number] ??= (uint?)Hex(match.Groups[2]);
            }
            else if (number == ProgramCounter)
            {
                Dump.Pc ??= Hex(match.Groups[2]);
            }
        }
    }

    [GeneratedRegex(@"^error: kvm run failed|^\s*PC=[0-9a-f]{16}\b|^R00=[0-9a-f]{8}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex("^error: kvm run failed (.+?)\\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Failure();

    [GeneratedRegex(@"\bPC=([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Pc();

    [GeneratedRegex(@"\bSP=([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Sp();

    [GeneratedRegex(@"\b(?:PSTATE|PSR)=([0-9a-f]{8,16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex PState();

    [GeneratedRegex(@"\bX(\d\d)=([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex X();

    [GeneratedRegex(@"\bR(\d\d)=([0-9a-f]{8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex R();
}
