using System;
using System.Collections.Generic;
using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>U-Boot's "data abort" dump of 32-bit Arm: pc and lr, where they are and as linked, r0 to r10, fp, ip, sp, and words at PC.</summary>
internal sealed partial class UBootAArch32Dump : AArch32DumpFormat
{
    private const ulong ThumbState = 0x20;
    private const int ConditionFlagsShift = 28;

    private static readonly Dictionary<string, ulong> Modes = new(StringComparer.Ordinal)
    {
        ["USER_32"] = 0x10, ["FIQ_32"] = 0x11, ["IRQ_32"] = 0x12, ["SVC_32"] = 0x13, ["ABT_32"] = 0x17, ["HYP_32"] = 0x1A, ["UND_32"] = 0x1B, ["SYS_32"] = 0x1F,
    };

    public UBootAArch32Dump()
        : base("U-Boot")
    {
    }

    protected override bool IsBeginning(string line) => Beginning().IsMatch(line);

    protected override void Take(string line)
    {
        if (LinkedPc().Match(line) is { Success: true } linked)
        {
            Dump.LinkedPc ??= Hex(linked.Groups[1]);
            return;
        }

        if (State().Match(line) is { Success: true } state && Modes.TryGetValue(state.Groups[2].Value, out ulong mode))
        {
            Dump.PState ??= ConditionFlags(state.Groups[1].ValueSpan) | mode | (state.Groups[3].Success ? ThumbState : 0);
        }

        Dump.Pc ??= Find(Pc(), line);
        TakeRegisters(line);
        TakeCode(line);
    }

    // "nZCv": a capital letter is a flag that is set, from PSTATE.N, bit 31, on.
    private static ulong ConditionFlags(ReadOnlySpan<char> letters)
    {
        ulong flags = 0;
        foreach (char letter in letters)
        {
            flags = flags << 1 | (char.IsAsciiLetterUpper(letter) ? 1ul : 0);
        }

        return flags << ConditionFlagsShift;
    }

    [GeneratedRegex("^data abort *$", RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^reloc pc : \[<([0-9a-f]{8})>\]", RegexOptions.CultureInvariant)]
    private static partial Regex LinkedPc();

    [GeneratedRegex(@"^pc : \[<([0-9a-f]{8})>\]", RegexOptions.CultureInvariant)]
    private static partial Regex Pc();

    [GeneratedRegex(@"^Flags: ([Nn][Zz][Cc][Vv])\b.* Mode (\w+)( \(T\))?", RegexOptions.CultureInvariant)]
    private static partial Regex State();
}
