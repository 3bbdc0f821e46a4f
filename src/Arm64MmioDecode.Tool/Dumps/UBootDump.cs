using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>U-Boot's "Synchronous Abort" dump: elr and lr as linked and as relocated, x0 to x29, and the words at PC.</summary>
internal sealed partial class UBootDump : DumpFormat
{
    private const int LinkRegister = 30;

    public UBootDump()
        : base("U-Boot")
    {
    }

    protected override bool IsBeginning(string line) => Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (Beginning().Match(line) is { Success: true } beginning)
        {
            Dump.Esr ??= Hex(beginning.Groups[1]);
            Dump.Far ??= Hex(beginning.Groups[2]);
        }
        else if (Elr().Match(line) is { Success: true } elr)
        {
            if (elr.Groups[3].Success)
            {
                Dump.LinkedPc ??= Hex(elr.Groups[1]);
            }
            else
            {
                Dump.Pc ??= Hex(elr.Groups[1]);
                Dump.X[LinkRegister] ??= Hex(elr.Groups[2]);
            }
        }
        else if (Code().Match(line) is { Success: true } code)
        {
            Dump.Opcode ??= code.Groups[1].Value;
        }
        else
        {
            TakeX(X(), line);
        }
    }

    [GeneratedRegex("^[\"\u201c]Synchronous Abort[\"\u201d] handler, esr 0x([0-9a-f]+)(?:, far 0x([0-9a-f]+))?", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^elr: ([0-9a-f]{8,16}) lr : ([0-9a-f]{8,16})( \(reloc\))?", RegexOptions.CultureInvariant)]
    private static partial Regex Elr();

    [GeneratedRegex(@"\bx(\d+) ?: ([0-9a-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex X();

    [GeneratedRegex(@"^Code: .*\(([0-9a-f]{8})", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
