using System;
using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>kvmtool's registers (<c>lkvm debug</c>, and when KVM_RUN has failed): PC, PSTATE, SP_EL1, LR, and bytes at PC.</summary>
internal sealed partial class KvmtoolDump : DumpFormat
{
    private const int LinkRegister = 30;
    private bool _isCode;

    public KvmtoolDump()
        : base("kvmtool")
    {
    }

    protected override bool IsBeginning(string line) => !HasBegun && Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (line.StartsWith('*'))
        {
            _isCode = line.StartsWith("*pc", StringComparison.Ordinal);
        }
        else if (_isCode && Code().Match(line) is { Success: true } code)
        {
            _isCode = false;
            Dump.Bytes ??= Convert.FromHexString(code.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal));
        }

        Dump.Pc ??= Find(Pc(), line);
        Dump.PState ??= Find(PState(), line);
        Dump.Sp ??= Find(Sp(), line);
        Dump.X[LinkRegister] ??= Find(Lr(), line);
    }

    [GeneratedRegex(@"^\s*Registers:\s*$|^\*pc:\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^\s*PC:\s+0x([0-9a-f]+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Pc();

    [GeneratedRegex(@"^\s*(?:PSTATE|CPSR):\s+0x([0-9a-f]+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex PState();

    [GeneratedRegex(@"^\s*SP_EL1:\s+0x([0-9a-f]+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Sp();

    [GeneratedRegex(@"^\s*LR:\s+0x([0-9a-f]+)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Lr();

    [GeneratedRegex(@"^\s*0x[0-9a-f]+: ((?:[0-9a-f]{2} ){3}[0-9a-f]{2})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
