using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>An oops or panic of an arm64 Linux kernel, or its message about a program's fault: what the guest's kernel saw itself.</summary>
internal sealed partial class LinuxDump : DumpFormat
{
    private const int LinkRegister = 30;

    public LinuxDump()
        : base("Linux")
    {
        Dump.IsEsrEL1 = true;
    }

    protected override bool IsBeginning(string line) => Dump.Pc is null && Dump.Symbol is null && Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (Dump.Opcode is not null)
        {
            // "Code:" is the last line.
            return;
        }

        Dump.Far ??= Find(VirtualAddress(), line);
        Dump.Esr ??= Find(Esr(), line) ?? Find(Oops(), line);
        Dump.PState ??= Find(PState(), line);
        Dump.Sp ??= Find(Sp(), line);
        TakeX(X(), line);
        Dump.X[LinkRegister] ??= Find(Lr(), line);
        if (Pc().Match(line) is { Success: true } pc)
        {
            Dump.Pc ??= Hex(pc.Groups[1]);
            Dump.Symbol ??= pc.Groups[2].Success ? pc.Groups[2].Value : null;
        }

        if (Code().Match(line) is { Success: true } code)
        {
            Dump.Opcode = code.Groups[1].Value;
        }
    }

    [GeneratedRegex("Unable to handle kernel|^Internal error: |unhandled exception: |^Mem abort info", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex("Unable to handle kernel .*virtual address ([0-9a-f]{1,16})", RegexOptions.CultureInvariant)]
    private static partial Regex VirtualAddress();

    [GeneratedRegex(@"\b(?:ESR|esr)(?: =|:)? 0x([0-9a-f]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Esr();

    [GeneratedRegex(@"^Internal error: [^:]+: ([0-9a-f]{8,16}) \[#", RegexOptions.CultureInvariant)]
    private static partial Regex Oops();

    [GeneratedRegex(@"^pstate: ([0-9a-f]+)", RegexOptions.CultureInvariant)]
    private static partial Regex PState();

    [GeneratedRegex(@"^sp : ([0-9a-f]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Sp();

    [GeneratedRegex(@"\bx(\d+) ?: ?([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex X();

    [GeneratedRegex(@"^lr : ([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Lr();

    [GeneratedRegex(@"^pc : (?:([0-9a-f]{16})\b|(\S+?\+0x[0-9a-f]+)(?:/0x[0-9a-f]+)?)", RegexOptions.CultureInvariant)]
    private static partial Regex Pc();

    [GeneratedRegex(@"^Code: .*\(([0-9a-f]{8})\)", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
