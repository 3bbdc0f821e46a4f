using System.Linq;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Diagnostics;
using Arm64MmioDecode.Handling;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Diagnostics;

/// <summary>Each field of the syndrome that can disagree with an instruction, and what contradicts itself without one.</summary>
public sealed class SyndromeAgreementTests
{
    [Theory]
    [InlineData(0x93c48806ul, InstructionSet.A64, 0xf83fd044u, "The kind of 64-byte access differs: ST64BV in the syndrome, LD64B or ST64B in the instruction.")] // ld64b x4, [x2]
    [InlineData(0x93c49046ul, InstructionSet.A64, 0xf9000044u, "The kind of 64-byte access differs: LD64B or ST64B in the syndrome, none in the instruction.|The size differs: 64 in the syndrome, 8 in the instruction.")] // str x4, [x2]
    [InlineData(0x593c48846ul, InstructionSet.A64, 0xf823b044u, "The status register differs: x5 in the syndrome, x3 in the instruction.")] // st64bv x3, x4, [x2]
    [InlineData(0x93800006ul, InstructionSet.T32, 0x6810u, "The length of the instruction differs: 32 bits in the syndrome, 16 bits in the instruction.")] // ldr r0, [r2]
    [InlineData(0x91800006ul, InstructionSet.A64, 0xb9400040u, "The length of the instruction differs: 16 bits in the syndrome, 32 bits in the instruction.")] // ldr w0, [x2]
    [InlineData(0x93a08006ul, InstructionSet.A64, 0xb9400040u, "The register differs: x0 in the syndrome, w0 in the instruction.|The sign extension differs: yes in the syndrome, no in the instruction.")] // ldr w0, [x2]
    [InlineData(0x93804006ul, InstructionSet.A64, 0xb9400040u, "The acquire or release differs: yes in the syndrome, no in the instruction.")] // ldr w0, [x2]
    [InlineData(0x93800006ul, InstructionSet.A32, 0xe592d000u, "The register differs: r0 in the syndrome, sp in the instruction.")] // ldr sp, [r2]
    [InlineData(0x92008007ul, InstructionSet.A64, 0xa9400440u, "The syndrome says that FAR is not precise, as it is for SVE and SME accesses only, and the instruction is none.")] // ldp x0, x1, [x2]
    [InlineData(0x92001007ul, InstructionSet.A64, 0xa9400440u, "The kind of 64-byte access differs: LD64B or ST64B in the syndrome, none in the instruction.")] // ldp x0, x1, [x2]
    [InlineData(0x100_92000007ul, InstructionSet.A64, 0xa9400440u, "The syndrome says an access to the Guarded Control Stack, and the instruction does not access it.")] // ldp x0, x1, [x2]
    [InlineData(0x400_9200004Ful, InstructionSet.A64, 0xa9000440u, "The syndrome says a write of Allocation Tags, and the instruction writes none.")] // stp x0, x1, [x2]
    public void A_field_that_disagrees_with_the_instruction_is_named(ulong esr, InstructionSet set, uint opcode, string differences)
    {
        ExitExplanation explanation = Explain(esr, set, opcode);

        explanation.Differences.Should().Equal(differences.Split('|'));
        explanation.Agrees.Should().BeFalse();
    }

    [Theory]
    [InlineData(0x93c49046ul, InstructionSet.A64, 0xf83f9044u)] // st64b x4, [x2]
    [InlineData(0x393c48846ul, InstructionSet.A64, 0xf823b044u)] // st64bv x3, x4, [x2]
    [InlineData(0x91800006ul, InstructionSet.T32, 0x6810u)] // ldr r0, [r2]
    [InlineData(0x93800006ul, InstructionSet.T32, 0xf8d20000u)] // ldr.w r0, [r2]
    [InlineData(0x92008007ul, InstructionSet.A64, 0xa5e0a040u)] // ld1d { z0.d }, p0/z, [x2]
    [InlineData(0x96000047ul, InstructionSet.A64, 0xf9000020u)] // str x0, [x1]
    [InlineData(0x100_92000047ul, InstructionSet.A64, 0xd50b7700u)] // gcspushm x0
    [InlineData(0x400_9200004Ful, InstructionSet.A64, 0xd9200820u)] // stg x0, [x1]
    public void An_instruction_that_belongs_to_the_syndrome_agrees(ulong esr, InstructionSet set, uint opcode)
    {
        ExitExplanation explanation = Explain(esr, set, opcode);

        explanation.Differences.Should().BeEmpty();
        explanation.Agrees.Should().BeTrue();
    }

    [Fact]
    public void A_call_that_pushes_to_the_Guarded_Control_Stack_is_no_contradiction() =>
        Explain(0x100_92000047, InstructionSet.A64, 0x94000001).Agrees.Should().BeNull(); // bl

    [Theory]
    [InlineData(0x92000007ul, 0x123ul, 0x9000456ul, "FAR and IPA cannot belong to the same access: translation leaves bits 11:0 alone, and they are 0x123 and 0x456.")]
    [InlineData(0x92000007ul, 0xffff800009000456ul, 0x9000456ul, null)]
    [InlineData(0x92000087ul, 0x123ul, 0x9000456ul, null)] // the address of a page table
    [InlineData(0x92008007ul, 0x123ul, 0x9000456ul, null)] // FnP
    [InlineData(0x90000007ul, 0x456ul, 0x9000456ul, "IL (bit 25) is 0, and a data abort without a description (ISV = 0) always has 1 there.")]
    [InlineData(0x92000107ul, 0x456ul, 0x9000456ul, "Cache maintenance is reported as a write (WnR = 1), and the syndrome says a read.")]
    [InlineData(0x97800007ul, 0x456ul, 0x9000456ul, "The syndrome describes an access (ISV = 1), and an abort that did not come from a guest to its hypervisor never does.")]
    [InlineData(0x93800087ul, 0x456ul, 0x9000456ul, "The syndrome describes an access (ISV = 1), and a fault on a page table walk (S1PTW = 1) has none.")]
    [InlineData(0x93c00007ul, 0x456ul, 0x9000456ul, "No instruction transfers 8 bytes (SAS) with a 32-bit register (SF = 0).")]
    [InlineData(0x93208047ul, 0x456ul, 0x9000456ul, "A store does not sign-extend, and the syndrome says both.")]
    [InlineData(0x93a00007ul, 0x456ul, 0x9000456ul, "What fills its register is not sign-extended, and the syndrome says so.")]
    [InlineData(0x93c59046ul, 0x456ul, 0x9000456ul, "A 64-byte access starts at an even register up to x22, and the syndrome says x5.")]
    [InlineData(0x593c49046ul, 0x456ul, 0x9000456ul, "ISS2 names a status register (Xs), which only ST64BV and ST64BV0 have, and LST says that it is neither.")]
    [InlineData(0x5a000000ul, 0x123ul, 0x9000456ul, null)] // no data abort
    public void Values_that_contradict_each_other_are_told(ulong esr, ulong far, ulong ipa, string? sentence)
    {
        ExitExplanation explanation = ExitExplanation.Of(DataAbortExit.FromAddresses(esr, far, ipa));

        explanation.Contradictions.Should().Equal(sentence is null ? [] : [sentence]);
        explanation.Advice.Any(advice => advice.StartsWith("Check the numbers first")).Should().Be(sentence is not null);
    }

    [Fact]
    public void What_the_architecture_gives_for_an_instruction_contradicts_nothing()
    {
        uint[] opcodes = [0xa9400440, 0xf83f9044, 0xf823b044, 0xb9400040, 0x39c00040, 0xd50b7a22, 0xd50b7422, 0xb8230045];
        foreach (uint opcode in opcodes)
        {
            InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access);
            DataAbortSyndrome syndrome = AccessSyndrome.Of(access, FaultStatusCode.Translation(3));
            ExitExplanation explanation = ExitExplanation.Of(DataAbortExit.FromAddresses(syndrome.Value, 0x456, 0x9000456), DecodeStatus.MemoryAccess, access);
            explanation.Contradictions.Should().BeEmpty("of {0}", access);
            explanation.Differences.Should().BeEmpty("of {0}", access);
        }
    }

    private static ExitExplanation Explain(ulong esr, InstructionSet set, uint opcode)
    {
        DecodeStatus decoded = InstructionDecoder.Decode(set, opcode, ItState.None, out AccessDescriptor access);
        return ExitExplanation.Of(new DataAbortExit(DataAbortSyndrome.FromEsr(esr), 0x9000000, default), decoded, access);
    }
}
