using System;
using System.IO;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Scanning.Sweeping;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Scanning;

/// <summary>The code of docs/scanning.md.</summary>
public sealed class ScanningGuideTests
{
    [Fact]
    public void The_guides_sweep_prints_what_it_finds()
    {
        using var output = new StringWriter();
        byte[] code = [0x1F, 0x20, 0x03, 0xD5, 0x48, 0x45, 0x00, 0xB8];
        const ulong address = 0x1000;

        var sweep = new InstructionSweep(code, InstructionSet.A64);
        var hits = new InstructionHit[4096];
        for (int count; (count = sweep.Read(hits)) != 0;)
        {
            foreach (InstructionHit hit in hits.AsSpan(0, count))
            {
                output.WriteLine($"0x{address + hit.Offset:x}: {hit.Decode()} ({hit.Reasons})");
            }
        }

        output.ToString().Trim().Should().Be("0x1004: str w8, [x10], #4 (Writeback)");
    }
}
