using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>Xen's line about an abort of a guest that it did not answer (<c>HSR=… pc=… gva=… gpa=…</c>), and its register dump.</summary>
internal sealed partial class XenDump : DumpFormat
{
    private const int LinkRegister = 30;
    private bool _isSameTrap;

    public XenDump()
        : base("Xen")
    {
    }

    protected override bool IsBeginning(string line) => Dump.Esr is null && Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (Beginning().Match(line) is { Success: true } abort)
        {
            Dump.Esr ??= Hex(abort.Groups[1]);
            Dump.Pc ??= Hex(abort.Groups[2]);
            Dump.Far ??= Hex(abort.Groups[3]);
            Dump.Ipa ??= Hex(abort.Groups[4]);
            return;
        }

        // Registers that follow are those of another trap, if their PC is another.
        if (Find(Pc(), line) is { } pc)
        {
            _isSameTrap = pc == Dump.Pc;
        }

        if (!_isSameTrap)
        {
            return;
        }

        TakeX(X(), line);
        Dump.Sp ??= Find(Sp(), line);
        Dump.PState ??= Find(Cpsr(), line);
        Dump.X[LinkRegister] ??= Find(Lr(), line);
    }

    [GeneratedRegex(@"\bHSR=(?:0x)?([0-9a-f]+) pc=(?:0x)?([0-9a-f]+) gva=(?:0x)?([0-9a-f]+) gpa=(?:0x)?([0-9a-f]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"\bX(\d+): ([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex X();

    [GeneratedRegex(@"^PC:\s+([0-9a-f]{8,16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Pc();

    [GeneratedRegex(@"^SP_EL1: ([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Sp();

    [GeneratedRegex(@"^CPSR:\s+([0-9a-f]{8,16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Cpsr();

    [GeneratedRegex(@"^LR:\s+([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Lr();
}
