using System;
using System.Globalization;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Syndromes;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>A dump of registers by a program in AArch32, with the fault in DFSR if at all.</summary>
internal abstract partial class AArch32DumpFormat : DumpFormat
{
    private const int StackPointer = 13;
    private const int LinkRegister = 14;
    private const ulong ModeMask = 0x1F;
    private const ulong UserMode = 0x10;
    private const ulong SupervisorMode = 0x13;

    // ESR_ELx: EC, IL, and of a data abort's ISS the fields EA, CM and WnR (ISV is 0 in ESR_EL1).
    private const ulong DataAbortLowerEL = 0x24ul << 26;
    private const ulong DataAbortSameEL = 0x25ul << 26;
    private const ulong IL = 1ul << 25;
    private const int EAShift = 9;
    private const int CMShift = 8;
    private const int WnRShift = 6;

    // DFSR: CM, ExT, WnR, LPAE (which of the two formats it has), FS[4].
    private const int DfsrCMShift = 13;
    private const int DfsrExTShift = 12;
    private const int DfsrWnRShift = 11;
    private const int DfsrFS4Shift = 10;
    private const int DfsrLpaeShift = 9;

    protected AArch32DumpFormat(string name)
        : base(name)
    {
        Dump.IsEsrEL1 = true;
    }

    /// <summary>DFSR; null where the dump does not have it.</summary>
    protected ulong? Dfsr { get; set; }

    protected override bool Conclude()
    {
        Dump.Sp ??= Dump.R[StackPointer];
        Dump.PState ??= SupervisorMode;
        Dump.Esr ??= Dfsr is { } status ? ToEsr(status, Dump.PState.Value) : null;
        return Dump.Pc is not null && base.Conclude();
    }

    /// <summary>Takes the registers of a line that are written as "r10: 00000000  ip : 00000000".</summary>
    protected void TakeRegisters(string line)
    {
        foreach (Match match in Register().Matches(line))
        {
            int number = match.Groups[1].Value switch
            {
                "fp" => 11,
                "ip" => 12,
                "sp" => StackPointer,
                "lr" => LinkRegister,
                string name => int.Parse(name.AsSpan(1), CultureInfo.InvariantCulture),
            };
            Dump.R[number] ??= (uint?)Hex(match.Groups[2]);
        }
    }

    /// <summary>Takes the instruction of a line that begins with "Code:": a word, or one or two halfwords, the first in brackets.</summary>
    protected void TakeCode(string line)
    {
        if (Code().Match(line) is { Success: true } code)
        {
            string first = code.Groups[1].Value;
            bool hasSecond = first.Length == 4 && string.CompareOrdinal(first, "e800") >= 0;
            Dump.Opcode ??= hasSecond ? first + code.Groups[2].Value : first;
        }
    }

    // The same abort as ESR_EL1 of AArch64 reports it.
    private static ulong? ToEsr(ulong dfsr, ulong cpsr)
    {
        bool isLong = Bit(dfsr, DfsrLpaeShift) != 0;
        int number = (int)(isLong ? dfsr & 0x3F : dfsr & 0xF | Bit(dfsr, DfsrFS4Shift) << 4);
        var status = new FaultStatusCode(number, isLong ? FaultStatusFormat.AArch32Long : FaultStatusFormat.AArch32Short);
        return status.TryConvert(FaultStatusFormat.AArch64, out FaultStatusCode code)
            ? ((cpsr & ModeMask) == UserMode ? DataAbortLowerEL : DataAbortSameEL) | IL
                | Bit(dfsr, DfsrExTShift) << EAShift | Bit(dfsr, DfsrCMShift) << CMShift | Bit(dfsr, DfsrWnRShift) << WnRShift
                | (uint)code.Value
            : null;
    }

    private static ulong Bit(ulong value, int number) => value >> number & 1;

    [GeneratedRegex(@"\b(r(?:1[0-2]|[0-9])|fp|ip|sp|lr) ?: (?:\[<)?([0-9a-f]{8})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Register();

    [GeneratedRegex(@"^Code: .*\(([0-9a-f]{8}|[0-9a-f]{4})\)(?: ([0-9a-f]{4})\b)?", RegexOptions.CultureInvariant)]
    private static partial Regex Code();
}
