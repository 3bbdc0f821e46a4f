using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Kvm;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Kvm;

/// <summary>docs/kvm.md says how many system calls instructions cost. The proof in KVM checks the same table.</summary>
[SupportedOSPlatform("linux")]
public sealed class SystemCallTests
{
    public static TheoryData<string, string, string, string> Table
    {
        get
        {
            var rows = new TheoryData<string, string, string, string>();
            foreach (string line in File.ReadLines(Repository.File("docs", "kvm.md")))
            {
                string[] cells = [.. line.Split('|').Select(cell => cell.Trim(' ', '`'))];
                if (cells.Length == 7 && cells[1] is "A64" or "SVE" or "A32")
                {
                    rows.Add(cells[1], cells[2], cells[4], cells[5]);
                }
            }

            return rows;
        }
    }

    [Fact]
    public void The_document_has_a_table_for_both_execution_states_and_for_sve() =>
        Table.Select(row => (string)row[0]).Distinct().Should().Equal("A64", "SVE", "A32");

    [Theory]
    [MemberData(nameof(Table))]
    public void An_exit_costs_what_the_document_says(string set, string opcode, string off, string on)
    {
        Calls(set, opcode, translation: false).Should().Be(off);
        Calls(set, opcode, translation: true).Should().Be(on);
    }

    private static string Calls(string set, string opcode, bool translation)
    {
        uint word = uint.Parse(opcode, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        DecodeStatus decoded = set == "A32"
            ? InstructionDecoder.DecodeA32(word, out AccessDescriptor access)
            : InstructionDecoder.DecodeA64(word, out access);
        decoded.Should().Be(DecodeStatus.MemoryAccess);
        KvmVcpuFeatures features = set == "SVE" ? KvmVcpuFeatures.Sve : KvmVcpuFeatures.None;
        KvmGuest guest = new KvmGuest(set == "A32", translation, features).With(word);
        guest.Cpu.Bytes(KvmRegisterId.P(0)).Fill(0xFF);
        guest.Cpu.Bytes(KvmRegisterId.FirstFault).Fill(0xFF);
        if (access.NoSyndromeReasons == NoSyndromeReasons.None)
        {
            guest.ExitWithSyndrome(access.Rt, access.ElementSize);
        }
        else
        {
            guest.Exit(access.IsWrite).Should().Be(KvmExitOutcome.Completed);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{guest.Cpu.Gets} + {guest.Cpu.Sets}");
    }
}
