extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using TableCompiler::Arm64MmioDecode.TableCompiler;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

/// <summary>
/// Which instructions have a valid syndrome, and what it says, on a processor model that was written by others: QEMU's system
/// emulation runs them in a guest without any stage 2 mapping for the data.
/// </summary>
public sealed class QemuSyndromeTests
{
    private const ulong Base = 0x04000000;
    private const ulong Pc = QemuStage2.GuestMemory + QemuStage2.GuestMemorySize - 8;

    [SkippableFact]
    public void Syndromes_of_A64_instructions_are_those_of_a_processor()
    {
        var random = new Random(1);
        var rows = EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", "A64.encodings"), registerWidth: 5).Rows;
        var cases = new List<(string Encoding, AccessDescriptor Access)>();
        foreach (EncodingRow row in rows)
        {
            foreach (uint word in RowWords.Random(row, random, 8, [0, 1, 30, 31]))
            {
                // Literals lie forward, behind the end of memory.
                if (InstructionDecoder.DecodeA64(word, out var access) == DecodeStatus.MemoryAccess
                    && !access.IsUnpredictable
                    && (access.AddressingMode != AddressingMode.Literal || access.Offset >= 8))
                {
                    cases.Add((row.Name, access));
                }
            }
        }

        var results = QemuStage2.Execute([.. cases.Select(c => new QemuStage2.GuestCase
        {
            Isa = Isa.A64,
            Opcode = c.Access.Opcode,
            PState = 0x3C5,
            Pc = Pc,
            Sp = Base,
            X = [.. Enumerable.Repeat(Base, 31)],
        })]);

        var differences = new List<string>();
        var reached = new HashSet<string>();
        for (var i = 0; i < results.Length; i++)
        {
            if (!results[i].IsDataAbort)
            {
                // An instruction that QEMU 7.2 does not have, or one that need not access anything (a prefetch, a store
                // exclusive without a reservation, a non-fault load).
                continue;
            }

            reached.Add(cases[i].Encoding);
            var expected = AsQemuReports(cases[i].Access, AccessSyndrome.Of(cases[i].Access, new FaultStatusCode((int)results[i].Esr & 0x3F)).Value);
            if (results[i].Esr != expected || results[i].Far >> 12 != results[i].Hpfar >> 4)
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{cases[i].Access.Opcode:x8} {cases[i].Access}: {results[i].Esr:x}, not {expected:x}; FAR {results[i].Far:x}, HPFAR {results[i].Hpfar:x}"));
            }
        }

        differences.Should().BeEmpty();
        cases.Where(c => c.Access.HasValidSyndrome).Select(c => c.Encoding).Except(reached).Distinct().Should().BeEquivalentTo(
            ["LD64B_64L_memop", "ST64B_64L_memop", "ST64BV_64_memop", "ST64BV0_64_memop", "GCSSTR_64_ldst_gcs", "GCSSTTR_64_ldst_gcs"],
            "QEMU 7.2 has neither FEAT_LS64 nor FEAT_GCS");
        reached.Should().HaveCountGreaterThan(850, "docs/syndromes.md says so");
    }

    // Where QEMU 7.2 differs from the manual (docs/syndromes.md).
    private static ulong AsQemuReports(in AccessDescriptor access, ulong esr)
    {
        const ulong AR = 1ul << 14;
        const ulong CM = 1ul << 8;
        const ulong WnR = 1ul << 6;
        if ((access.Properties & AccessProperties.LimitedOrdering) != 0)
        {
            return esr & ~AR;
        }

        return access.ToString().Split(' ') is ["dc", "cvap," or "cvadp,", ..] ? esr & ~(CM | WnR) : esr;
    }
}
