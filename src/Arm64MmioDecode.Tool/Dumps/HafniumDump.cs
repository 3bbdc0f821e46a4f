using System.Text.RegularExpressions;

namespace Arm64MmioDecode.Tool.Dumps;

/// <summary>Hafnium's lines about a partition's stage 2 fault (without a syndrome) and about a data abort of its own.</summary>
internal sealed partial class HafniumDump : DumpFormat
{
    private const ulong ReadFault = 0x92000007;
    private const ulong WriteFault = 0x92000047;
    private const ulong FetchFault = 0x82000007;
    private const ulong WriteMode = 2;
    private const ulong ExecuteMode = 4;

    public HafniumDump()
        : base("Hafnium")
    {
    }

    protected override bool IsBeginning(string line) => PageFault().IsMatch(line) || DataAbort().IsMatch(line);

    protected override void Take(string line)
    {
        if (PageFault().Match(line) is { Success: true } fault)
        {
            ulong mode = Hex(fault.Groups[4]) ?? 0;
            Dump.Esr = (mode & ExecuteMode) != 0 ? FetchFault : (mode & WriteMode) != 0 ? WriteFault : ReadFault;
            Dump.Pc = Hex(fault.Groups[1]);
            Dump.Far = Hex(fault.Groups[2]);
            Dump.Ipa = Hex(fault.Groups[3]);
            Dump.Notes.Add("The log has no syndrome: a fault without a description is assumed, with the direction that the log gives.");
        }
        else if (DataAbort().Match(line) is { Success: true } abort)
        {
            Dump.Pc = Hex(abort.Groups[1]);
            Dump.Esr = Hex(abort.Groups[2]);
            Dump.Far = Hex(abort.Groups[3]);
        }
    }

    [GeneratedRegex(@"\bStage-2 page fault: pc=0x([0-9a-f]+), vmid=\S+, vcpu=\S+, vaddr=0x([0-9a-f]+), ipaddr=0x([0-9a-f]+), mode=0x([0-9a-f]+)", RegexOptions.CultureInvariant)]
    private static partial Regex PageFault();

    [GeneratedRegex(@"\bData abort: pc=0x([0-9a-f]+), esr=0x([0-9a-f]+), ec=\S+?(?:, far=0x([0-9a-f]+))?(?:,|\s|$)", RegexOptions.CultureInvariant)]
    private static partial Regex DataAbort();
}
