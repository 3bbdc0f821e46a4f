using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>The exception dump of EDK2's AArch64 firmware (AAVMF and others).</summary>
internal sealed partial class EdkDump : DumpFormat
{
    private const int FramePointer = 29;
    private const int LinkRegister = 30;
    private ulong? _exceptionAddress;

    public EdkDump()
        : base("EDK2")
    {
        Dump.IsEsrEL1 = true;
    }

    protected override bool IsBeginning(string line) => Beginning().IsMatch(line);

    // A RELEASE build prints no more than this address.
    protected override bool Conclude()
    {
        Dump.Pc ??= _exceptionAddress;
        return base.Conclude();
    }

    protected override void Take(string line)
    {
        _exceptionAddress ??= Find(Beginning(), line);
        if (Image().Match(line) is { Success: true } image)
        {
            Dump.LinkedPc ??= Hex(image.Groups[1]);
            Dump.Symbol ??= image.Groups[2].Value + "+0x" + image.Groups[1].Value.TrimStart('0').PadLeft(1, '0');
        }

        TakeX(X(), line);
        Dump.X[FramePointer] ??= Find(Fp(), line);
        Dump.X[LinkRegister] ??= Find(Lr(), line);
        Dump.Sp ??= Find(Sp(), line);
        Dump.Pc ??= Find(Elr(), line);
        Dump.PState ??= Find(Spsr(), line);
        Dump.Esr ??= Find(Esr(), line);
        Dump.Far ??= Find(Far(), line);
    }

    [GeneratedRegex("^Synchronous Exception at 0x([0-9A-Fa-f]+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^PC 0x[0-9A-Fa-f]+ \(0x[0-9A-Fa-f]+\+0x([0-9A-Fa-f]+)\) \[ *0\] (\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Image();

    [GeneratedRegex(@"\bX(\d+) 0x([0-9A-Fa-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex X();

    [GeneratedRegex(@"\bFP 0x([0-9A-Fa-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Fp();

    [GeneratedRegex(@"\bLR 0x([0-9A-Fa-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Lr();

    [GeneratedRegex(@"\bSP 0x([0-9A-Fa-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Sp();

    [GeneratedRegex(@"\bELR 0x([0-9A-Fa-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Elr();

    [GeneratedRegex(@"\bSPSR 0x([0-9A-Fa-f]+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Spsr();

    [GeneratedRegex(@"\bESR 0x([0-9A-Fa-f]+)\b", RegexOptions.CultureInvariant)]
    private static partial Regex Esr();

    [GeneratedRegex(@"\bFAR 0x([0-9A-Fa-f]{16})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Far();
}
