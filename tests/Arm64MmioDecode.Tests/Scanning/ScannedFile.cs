using System.Collections.Generic;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Images;
using Arm64MmioDecode.Scanning.Input;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>A scan whose findings are kept, one line for each: address, text and function.</summary>
internal sealed class ScannedFile : IFindingSink
{
    private ScannedFile()
    {
    }

    public List<string> Lines { get; } = [];

    public List<long> Offsets { get; } = [];

    public ScanSummary Summary { get; private set; } = null!;

    public static ScannedFile Scan(byte[] file, ScanOptions? options = null)
    {
        var result = new ScannedFile();
        using var bytes = ByteSource.FromMemory(file);
        result.Summary = new FileScanner(options ?? new ScanOptions()).Scan(bytes, result);
        return result;
    }

    public bool Add(in Finding finding)
    {
        string member = finding.Member is null ? "" : finding.Member + ": ";
        string symbol = finding.TryGetSymbol(out CodeSymbol found) ? $" {found.Name}+{finding.Address - found.Address}" : "";
        Lines.Add($"{member}{finding.Section.Name} {finding.Address:x} {finding.Decode()}{symbol}");
        Offsets.Add(finding.FileOffset);
        return true;
    }

    public void Progress(long bytes)
    {
    }
}
