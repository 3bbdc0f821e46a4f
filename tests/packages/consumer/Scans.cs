using System;
using System.IO;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning;
using Arm64MmioDecode.Scanning.Findings;
using Arm64MmioDecode.Scanning.Input;
using Arm64MmioDecode.Scanning.Sweeping;

namespace Consumer;

/// <summary>Scans a file, and sweeps its bytes as if they were code of each instruction set.</summary>
internal static class Scans
{
    public static void Run(string path, TextWriter output)
    {
        using ByteSource file = ByteSource.OpenFile(path);
        ScanSummary summary = new FileScanner(new ScanOptions()).Scan(file, new Printer(output));
        output.WriteLine($"{summary.Format}: {summary.Findings} findings in {summary.Instructions} instructions");

        byte[] bytes = File.ReadAllBytes(path);
        var hits = new InstructionHit[InstructionSweep.MinimumBufferLength];
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>())
        {
            var sweep = new InstructionSweep(bytes, set);
            for (int count; (count = sweep.Read(hits)) != 0;)
            {
                foreach (InstructionHit hit in hits.AsSpan(0, count))
                {
                    output.WriteLine($"{set} {hit.Offset:x}: {hit.Decode()} ({hit.Reasons})");
                }
            }

            output.WriteLine($"{set}: {sweep.Instructions} instructions, {sweep.Undecoded} undecoded");
        }
    }

    private sealed class Printer(TextWriter output) : IFindingSink
    {
        public bool Add(in Finding finding)
        {
            output.WriteLine($"{finding.Section.Name}+{finding.Address:x}: {finding.Decode()} {finding.Reasons} {finding.Severity} "
                + $"{(finding.TryGetSymbol(out var symbol) ? symbol.Name : "")} {(finding.TryGetSource(out var source) ? source : null)}");
            return true;
        }

        public void Progress(long bytes)
        {
        }
    }
}
