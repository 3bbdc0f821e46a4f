using System;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>The data abort dump of EDK2's 32-bit Arm firmware (AAVMF32 and others); a RELEASE build prints its first line only.</summary>
internal sealed partial class EdkAArch32Dump : AArch32DumpFormat
{
    public EdkAArch32Dump()
        : base("EDK2")
    {
    }

    protected override bool IsBeginning(string line) => Dump.Pc is null && Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (Beginning().Match(line) is { Success: true } beginning)
        {
            Dump.Pc ??= Hex(beginning.Groups[1]);
            Dump.PState ??= Hex(beginning.Groups[2]);
        }

        Dump.LinkedPc ??= Find(ImageOffset(), line);
        foreach (Match match in Register().Matches(line))
        {
            int number = match.Groups[1].Value switch
            {
                "SP" => 13,
                "LR" => 14,
                string name => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture),
            };
            Dump.R[number] ??= (uint?)Hex(match.Groups[2]);
        }

        if (Fault().Match(line) is { Success: true } fault)
        {
            Dfsr ??= Hex(fault.Groups[1]);
            Dump.Far ??= Hex(fault.Groups[2]);
        }
    }

    [GeneratedRegex(@"^Data Abort Exception PC at 0x([0-9A-Fa-f]{8})  CPSR 0x([0-9A-Fa-f]{8})", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^loaded at 0x[0-9A-Fa-f]+ \(PE/COFF offset\) 0x([0-9A-Fa-f]+)", RegexOptions.CultureInvariant)]
    private static partial Regex ImageOffset();

    [GeneratedRegex(@"\b(R(?:1[0-2]|[0-9])|SP|LR) 0x([0-9A-Fa-f]{8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Register();

    [GeneratedRegex(@"\bDFSR 0x([0-9A-Fa-f]{8}) DFAR 0x([0-9A-Fa-f]{8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Fault();
}
