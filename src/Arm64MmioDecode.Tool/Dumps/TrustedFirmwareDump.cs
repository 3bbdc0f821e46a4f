using System.Globalization;
using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>The crash report of Trusted Firmware-A at EL3: a name and a value a line.</summary>
internal sealed partial class TrustedFirmwareDump : DumpFormat
{
    public TrustedFirmwareDump()
        : base("TF-A")
    {
    }

    protected override bool IsBeginning(string line) => Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (Pair().Match(line) is not { Success: true } pair)
        {
            return;
        }

        ulong? value = Hex(pair.Groups[2]);
        string name = pair.Groups[1].Value;
        switch (name)
        {
            case "esr_el3":
                Dump.Esr ??= value;
                break;
            case "far_el3":
                Dump.Far ??= value;
                break;
            case "elr_el3":
                Dump.Pc ??= value;
                break;
            case "spsr_el3":
                Dump.PState ??= value;
                break;
            case "sp_el0":
                Dump.Sp ??= value;
                break;
            default:
                if (name[0] == 'x' && int.TryParse(name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < Dump.X.Length)
                {
                    Dump.X[number] ??= value;
                }

                break;
        }
    }

    [GeneratedRegex("Unhandled (?:Exception|External Abort).* EL3", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^(\w+)\s*=\s*0x([0-9a-f]{1,16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
