extern alias TableCompiler;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;
using Arm64MmioDecode.Tests.Conformance;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using TableCompiler::Arm64MmioDecode.TableCompiler;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

/// <summary>Which A32 and T32 instructions have a valid syndrome, and what it says.</summary>
public sealed class AArch32SyndromeTests
{
    private const ulong Base = 0x04000000;
    private const ulong Pc = QemuStage2.GuestMemory + QemuStage2.GuestMemorySize - 8;
    private const ulong Supervisor = 0x1D3;
    private const ulong Thumb = 1 << 5;

    // Arm ARM, ESR_EL2, "ISS encoding for an exception from a Data Abort", ISV: the instructions that AArch32 is listed with.
    private static readonly Regex s_listed = new("^(LDA|LDAB|LDAH|LDR|LDRB|LDRBT|LDRH|LDRHT|LDRSB|LDRSBT|LDRSH|LDRSHT|LDRT|STL|STLB|STLH|STR|STRB|STRBT|STRH|STRHT|STRT)_", RegexOptions.Compiled);

    private static readonly FaultStatusCode s_translationLevel3 = new(7);
    private static readonly uint[] s_cornerRegisters = [0, 13, 14, 15];

    [Theory]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void The_syndrome_is_valid_for_the_listed_instructions_without_writeback_and_without_R15(InstructionSet set)
    {
        int valid = 0;
        foreach (AccessDescriptor access in Accesses(set, 60).Where(access => !access.IsUnpredictable))
        {
            // The assembly text shows both: a base that changes, and R15 as the data register.
            string text = access.ToString();
            bool writeback = text.EndsWith('!') || text.Contains("], ", StringComparison.Ordinal);
            bool usesR15 = Regex.IsMatch(text, @"^\S+ pc,");
            bool expected = s_listed.IsMatch(access.EncodingName) && !writeback && !usesR15;

            access.HasValidSyndrome.Should().Be(expected, "of {0} ({1})", text, access.EncodingName);
            valid += expected ? 1 : 0;
        }

        valid.Should().BeGreaterThan(500);
    }

    [Theory]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void From_opcode_to_syndrome_and_back_is_the_same_access(InstructionSet set)
    {
        ulong pstate = Supervisor | (set == InstructionSet.T32 ? Thumb : 0);
        foreach (AccessDescriptor access in Accesses(set, 10))
        {
            DataAbortSyndrome syndrome = AccessSyndrome.Of(access, s_translationLevel3, pstate);

            syndrome.Isv.Should().Be(access.HasValidSyndrome);
            AccessSyndrome.TryGetAccess(syndrome, pstate, out AccessDescriptor described).Should().Be(access.HasValidSyndrome);
            if (access.HasValidSyndrome)
            {
                AccessAssertions.ShouldDescribeTheTransferOf(described, access);
                described.Length.Should().Be(access.Length);
            }
        }
    }

    [SkippableTheory]
    [InlineData(InstructionSet.A32)]
    [InlineData(InstructionSet.T32)]
    public void Syndromes_are_those_of_a_processor_model(InstructionSet set)
    {
        ulong pstate = Supervisor | (set == InstructionSet.T32 ? Thumb : 0);

        // Literals lie forward, behind the end of memory. Floating-point registers are not enabled in this guest.
        var cases = Accesses(set, 6)
            .Where(access => !access.IsUnpredictable && access.RegisterFile != RegisterFile.SimdAndFloatingPoint)
            .Where(access => access.AddressingMode == AddressingMode.Literal ? access.Offset >= 16 : access.Rn != 15)
            .ToList();
        var results = QemuStage2.Execute([.. cases.Select(access => new QemuStage2.GuestCase
        {
            Isa = set == InstructionSet.A32 ? Isa.A32 : Isa.T32,
            Opcode = access.Opcode,
            PState = pstate,
            Pc = Pc,
            X = [.. Enumerable.Repeat(Base, 31)],
        })]);

        var differences = new List<string>();
        var reached = new HashSet<string>();
        for (int i = 0; i < results.Length; i++)
        {
            if (!results[i].IsDataAbort)
            {
                continue;
            }

            AccessDescriptor access = cases[i];
            reached.Add(access.EncodingName);
            ulong expected = AsQemuReports(in access, AccessSyndrome.Of(access, new FaultStatusCode((int)results[i].Esr & 0x3F), pstate).Value);
            if (results[i].Esr != expected)
            {
                differences.Add(string.Create(CultureInfo.InvariantCulture, $"{access.Opcode:x} {access}: {results[i].Esr:x}, not {expected:x}"));
            }
        }

        differences.Should().BeEmpty();
        cases.Where(access => access.HasValidSyndrome).Select(access => access.EncodingName).Except(reached).Should().BeEmpty();
        reached.Should().HaveCountGreaterThan(90);
    }

    // QEMU 7.2 gives the AArch32 register number as SRT, where the manual wants the AArch64 view of the banked register.
    private static ulong AsQemuReports(in AccessDescriptor access, ulong esr)
    {
        const int SrtShift = 16;
        return access.HasValidSyndrome ? (esr & ~(31ul << SrtShift)) | ((ulong)access.Rt << SrtShift) : esr;
    }

    private static IEnumerable<AccessDescriptor> Accesses(InstructionSet set, int count)
    {
        var random = new Random(7);
        foreach (EncodingRow row in EncodingsFile.Read(Repository.File("src", "Arm64MmioDecode", "Encodings", $"{set}.encodings"), registerWidth: 4).Rows)
        {
            foreach (uint word in RowWords.Random(row, random, count, s_cornerRegisters))
            {
                uint opcode = row.Pattern.Length == 16 ? word >> 16 : set == InstructionSet.A32 && word >> 28 != 15 ? (word & 0x0FFFFFFF) | 0xE0000000 : word;
                if (InstructionDecoder.Decode(set, opcode, default, out AccessDescriptor access) == DecodeStatus.MemoryAccess)
                {
                    yield return access;
                }
            }
        }
    }
}
