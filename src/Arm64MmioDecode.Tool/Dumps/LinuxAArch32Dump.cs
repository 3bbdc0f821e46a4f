using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>An oops of a 32-bit Arm Linux kernel, or its message about a program's fault.</summary>
internal sealed partial class LinuxAArch32Dump : AArch32DumpFormat
{
    public LinuxAArch32Dump()
        : base("Linux")
    {
    }

    protected override bool IsBeginning(string line) => Beginning().IsMatch(line);

    protected override bool Conclude() => Dump.R[0] is not null && base.Conclude();

    protected override void Take(string line)
    {
        if (Dump.Pc is null)
        {
            // A program's fault may have been told without registers before.
            Dump.Far = Find(Address(), line) ?? Dump.Far;
            Dfsr = Find(Status(), line) ?? Find(Oops(), line) ?? Dfsr;
        }

        if (Symbol().Match(line) is { Success: true } symbol)
        {
            Dump.Symbol ??= symbol.Groups[1].Value;
        }

        Dump.Pc ??= Find(Pc(), line);
        Dump.PState ??= Find(Psr(), line);
        TakeRegisters(line);
        TakeCode(line);
    }

    [GeneratedRegex("^8<--- cut here ---|^Unhandled fault: |Unable to handle kernel |: unhandled page fault ", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"(?:^Unhandled fault: .* at |Unable to handle kernel .*virtual address |: unhandled page fault .* at )(?:0x)?([0-9a-f]{8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"(?:^Unhandled fault: .*\(|: unhandled page fault .*, code )0x([0-9a-f]{1,8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Status();

    [GeneratedRegex(@"^Internal error: [^:]*: ([0-9a-f]{1,8}) \[#", RegexOptions.CultureInvariant)]
    private static partial Regex Oops();

    [GeneratedRegex(@"^PC is at ([A-Za-z_.$][^\s/]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Symbol();

    [GeneratedRegex(@"^pc : \[<([0-9a-f]{8})>\]", RegexOptions.CultureInvariant)]
    private static partial Regex Pc();

    [GeneratedRegex(@"\bpsr: ([0-9a-f]{8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Psr();
}
