using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Syndromes;

public sealed class AccessSyndromeTests
{
    private const ulong EL1h = 5;
    private static readonly FaultStatusCode s_translationLevel2 = new(6);

    [Theory]
    [InlineData(0xB9400443, 0x93830006)] // ldr w3, [x2, #4]
    [InlineData(0x79000032, 0x93520046)] // strh w18, [x1]
    [InlineData(0x39800020, 0x93208006)] // ldrsb x0, [x1]
    [InlineData(0x39C00020, 0x93200006)] // ldrsb w0, [x1]
    [InlineData(0xB9800041, 0x93A18006)] // ldrsw x1, [x2]
    [InlineData(0xF900001F, 0x93DF8046)] // str xzr, [x0]
    [InlineData(0xB8404043, 0x93830006)] // ldur w3, [x2, #4]
    [InlineData(0xB8637843, 0x93830006)] // ldr w3, [x2, x3, lsl #2]
    [InlineData(0x38C00883, 0x93230006)] // ldtrsb w3, [x4]
    [InlineData(0xF8000845, 0x93C58046)] // sttr x5, [x2]
    [InlineData(0xC8DFFC22, 0x93C2C006)] // ldar x2, [x1]
    [InlineData(0x089FFC29, 0x93094046)] // stlrb w9, [x1]
    [InlineData(0xC8DF7C22, 0x93C2C006)] // ldlar x2, [x1]
    [InlineData(0xB8BFC001, 0x93814006)] // ldapr w1, [x0]
    [InlineData(0x99800020, 0x93A0C006)] // ldapursw x0, [x1]
    [InlineData(0xD9000020, 0x93C0C046)] // stlur x0, [x1]
    [InlineData(0xF8201420, 0x93C08006)] // ldraa x0, [x1, #8]
    [InlineData(0x58000045, 0x93C58006)] // ldr x5, #8
    [InlineData(0x98000041, 0x93A18006)] // ldrsw x1, #8
    [InlineData(0xF83FD004, 0x93C49006)] // ld64b x4, [x0]
    [InlineData(0xF83F9004, 0x93C49046)] // st64b x4, [x0]
    [InlineData(0xF821B004, 0x1_93C48846)] // st64bv x1, x4, [x0]
    [InlineData(0xF823A004, 0x3_93C49846)] // st64bv0 x3, x4, [x0]
    public void An_instruction_with_a_valid_syndrome_gets_it_and_is_described_by_it(uint opcode, ulong esr)
    {
        InstructionDecoder.DecodeA64(opcode, out var decoded).Should().Be(DecodeStatus.MemoryAccess);
        decoded.HasValidSyndrome.Should().BeTrue();
        var syndrome = AccessSyndrome.Of(decoded, s_translationLevel2, EL1h);
        syndrome.Value.Should().Be(esr);

        AccessSyndrome.TryGetAccess(syndrome, EL1h, out var described).Should().BeTrue();
        AccessAssertions.ShouldDescribeTheTransferOf(described, decoded);
        AccessSyndrome.Of(described, s_translationLevel2, EL1h).Should().Be(syndrome);
    }

    [Theory]
    [InlineData(0xA9400440, 0x92000006)] // ldp x0, x1, [x2]
    [InlineData(0xB8004548, 0x92000046)] // str w8, [x10], #4
    [InlineData(0x3D800020, 0x92000046)] // str q0, [x1]
    [InlineData(0x885F7C20, 0x92000006)] // ldxr w0, [x1]
    [InlineData(0x88027C20, 0x92000046)] // stxr w2, w0, [x1]
    [InlineData(0xB8210002, 0x92000006)] // ldadd w1, w2, [x0]
    [InlineData(0xF8201C20, 0x92000006)] // ldraa x0, [x1, #8]!
    [InlineData(0xD50B7421, 0x92000046)] // dc zva, x1
    [InlineData(0xD50B7E21, 0x92000146)] // dc civac, x1
    [InlineData(0xD5087621, 0x92000146)] // dc ivac, x1
    public void An_instruction_without_a_valid_syndrome_gets_one_with_ISV_0(uint opcode, ulong esr)
    {
        InstructionDecoder.DecodeA64(opcode, out var decoded).Should().Be(DecodeStatus.MemoryAccess);
        var syndrome = AccessSyndrome.Of(decoded, s_translationLevel2, EL1h);
        syndrome.Value.Should().Be(esr);
        AccessSyndrome.TryGetAccess(syndrome, EL1h, out var described).Should().BeFalse();
        described.Should().Be(default(AccessDescriptor));
    }

    [Theory]
    [InlineData(0x10)] // External abort
    [InlineData(0x21)] // alignment
    [InlineData(0x35)] // unsupported exclusive or atomic
    public void Faults_that_are_no_mapping_faults_describe_no_access(int status)
    {
        InstructionDecoder.DecodeA64(0xB9400443, out var decoded);
        AccessSyndrome.Of(decoded, new FaultStatusCode(status), EL1h).Value.Should().Be(0x92000000u | (uint)status);
        InstructionDecoder.DecodeA64(0xF83F9004, out decoded);
        AccessSyndrome.Of(decoded, new FaultStatusCode(status), EL1h).Value.Should().Be(0x92000040u | (uint)status);
    }

    // The CPSR of each mode, and where it has R13 and R8.
    [Theory]
    [InlineData(0x1D0, InstructionSet.A32, 13, 13)]
    [InlineData(0x1D3, InstructionSet.A32, 19, 13)]
    [InlineData(0x1F3, InstructionSet.T32, 18, 14)]
    [InlineData(0x1D1, InstructionSet.A32, 24, 8)]
    [InlineData(0x1D2, InstructionSet.A32, 8, 8)]
    [InlineData(0x1F7, InstructionSet.T32, 20, 14)]
    public void An_AArch32_guests_register_is_the_one_that_its_mode_sees(ulong cpsr, InstructionSet set, int srt, int register)
    {
        var syndrome = DataAbortSyndrome.FromEsr(0x93800006 | ((ulong)srt << 16));
        AccessSyndrome.TryGetAccess(syndrome, cpsr, out var access).Should().BeTrue();
        access.InstructionSet.Should().Be(set);
        access.Rt.Should().Be(register);
        access.RegisterWidth.Should().Be(32);
        access.Length.Should().Be(4);
        AccessSyndrome.Of(access, s_translationLevel2, cpsr).Should().Be(syndrome);
    }

    [Fact]
    public void IL_tells_a_16_bit_instruction()
    {
        var syndrome = DataAbortSyndrome.FromEsr(0x91030006); // ISV = 1, IL = 0: ldrb r3, [..]
        AccessSyndrome.TryGetAccess(syndrome, 0x1F0, out var access).Should().BeTrue();
        access.Length.Should().Be(2);
        access.Extend.Should().Be(LoadExtend.Zero);
        AccessSyndrome.Of(access, s_translationLevel2, 0x1F0).Should().Be(syndrome);
    }

    [Fact]
    public void HSR_holds_AArch32_register_numbers()
    {
        var syndrome = DataAbortSyndrome.FromHsr(0x938D0006); // r13 in Supervisor mode
        AccessSyndrome.TryGetAccess(syndrome, 0x1D3, out var access).Should().BeTrue();
        (access.InstructionSet, access.Rt).Should().Be((InstructionSet.A32, 13));
    }

    [Theory]
    [InlineData(0x93800046, 0x1D3ul, 13)] // Supervisor mode has no register in X13
    [InlineData(0x93800046, 0x1D3ul, 31)] // R15
    [InlineData(0x93C00046, 0x1D3ul, 3)] // eight bytes
    public void A_register_or_size_that_the_mode_does_not_have_is_no_access(ulong esr, ulong cpsr, int srt)
    {
        AccessSyndrome.TryGetAccess(DataAbortSyndrome.FromEsr(esr | ((ulong)srt << 16)), cpsr, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData(0x93C19006)] // an odd register
    [InlineData(0x93D89006)] // x24 to x31
    [InlineData(0x93C48806)] // ST64BV that reads
    public void A_64_byte_access_that_no_instruction_makes_is_no_access(ulong esr)
    {
        AccessSyndrome.TryGetAccess(DataAbortSyndrome.FromEsr(esr), EL1h, out _).Should().BeFalse();
    }

    [Fact]
    public void A_status_code_of_AArch32_is_the_callers_mistake()
    {
        var build = () => AccessSyndrome.Of(default, new FaultStatusCode(5, FaultStatusFormat.AArch32Short));
        build.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void No_syndrome_throws()
    {
        var random = new Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            var esr = ((ulong)random.NextInt64() & ~0xFC000000ul) | 0x90000000;
            var pstate = (ulong)random.Next();
            foreach (var syndrome in new[] { DataAbortSyndrome.FromEsr(esr), DataAbortSyndrome.FromHsr((uint)esr), DataAbortSyndrome.FromKvmNisv(esr) })
            {
                if (AccessSyndrome.TryGetAccess(syndrome, pstate, out var access))
                {
                    access.HasValidSyndrome.Should().BeTrue();
                }
            }
        }
    }
}
