using System;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.SystemRegisters;
using Arm64MmioDecode.Tests.Tooling;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.SystemRegisters;

/// <summary>The encodings are those that LLVM gives to the registers' names.</summary>
public sealed class SystemRegisterIdTests
{
    [Fact]
    public void Each_documented_encoding_is_the_value()
    {
        string source = File.ReadAllText(Repository.File("src/Arm64MmioDecode/SystemRegisters/SystemRegisterId.cs"));
        var members = Regex.Matches(source, @"S(\d)_(\d)_C(\d+)_C(\d+)_(\d)\.</summary>\s+(\w+) = 0x([0-9A-F]{4})");

        members.Should().HaveCount(Enum.GetValues<SystemRegisterId>().Length - 1);
        foreach (Match member in members)
        {
            int[] field = [.. Enumerable.Range(1, 5).Select(index => int.Parse(member.Groups[index].Value))];
            int encoding = (field[0] << 14) | (field[1] << 11) | (field[2] << 7) | (field[3] << 3) | field[4];
            ((int)Enum.Parse<SystemRegisterId>(member.Groups[6].Value)).Should().Be(encoding, member.Groups[6].Value);
        }
    }

    [SkippableFact]
    public void LLVM_disassembles_a_read_of_each_by_its_name()
    {
        SystemRegisterId[] ids = [.. Enum.GetValues<SystemRegisterId>().Where(id => id != SystemRegisterId.None)];

        // MRS x0, <register>: bit 20 is the upper bit of op0, which is always 1.
        LlvmInstruction[] text = LlvmDisassembler.Disassemble(Isa.A64, ids.Select(id => 0xD5300000u | (((uint)id & 0x7FFF) << 5)).ToArray());

        for (var i = 0; i < ids.Length; i++)
        {
            text[i].Text.Should().BeEquivalentTo($"mrs x0, {NameOf(ids[i])}");
        }
    }

    [Fact]
    public void What_instructions_read_has_an_encoding()
    {
        foreach (SystemRegister name in Enum.GetValues<SystemRegister>())
        {
            string id = name.ToId().ToString();

            id.Should().Be(name switch
            {
                SystemRegister.RcwMaskEl1High or SystemRegister.RcwSMaskEl1High => nameof(SystemRegisterId.None),
                SystemRegister.SpsrSvc => nameof(SystemRegisterId.SpsrEl1),
                _ => name.ToString(),
            });
        }
    }

    // HcrxEl2 is HCRX_EL2, IdAa64Mmfr0El1 is ID_AA64MMFR0_EL1, SpsrAbt is SPSR_abt.
    private static string NameOf(SystemRegisterId id) =>
        Regex.Replace(Regex.Replace(id.ToString(), "(El[012]|Abt|Und|Irq|Fiq)$", "_$1"), "^Id(?=[A-Z])", "ID_");
}
