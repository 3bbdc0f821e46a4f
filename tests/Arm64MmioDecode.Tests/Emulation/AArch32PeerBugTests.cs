using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;
using static Arm64MmioDecode.Tests.Emulation.AArch32Machine;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// A32 and T32 instructions that other hypervisors and emulators got wrong, with the result that the architecture demands.
/// Values are worked out by hand for <see cref="PatternMachine"/>, and a fault at any transaction leaves no trace. What comes
/// before the colon tells whose: X is Xen, KVM 2012 the decoder that KVM did without in the end.
/// </summary>
public sealed class AArch32PeerBugTests
{
    private const uint BigEndian = 1 << 9;

    [Theory]
    [InlineData("KVM 2012: str r0, [r1], r2, lsl #6", 0xE6810302u, "x1=9000000 x2=4", "w4@9000000=0", "x1=9000100")]
    [InlineData("KVM 2012: ldr r0, [r1], r2, lsl #2", 0xE6910102u, "x1=9000000 x2=40", "r4@9000000", "x0=83828180 x1=9000100")]
    [InlineData("KVM 2012: ldrd r0, r1, [r2]", 0xE1C200D0u, "x2=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584")]
    [InlineData("KVM 2012: strd r0, r1, [r2], #8", 0xE0C200F8u, "x2=9000000", "w4@9000000=0 w4@9000004=1", "x2=9000008")]
    [InlineData("KVM 2012: ldrsht r0, [r1], #2", 0xE0F100F2u, "x1=9000000", "r2@9000000", "x0=ffff8180 x1=9000002")]
    [InlineData("KVM 2012: ldrsbt r0, [r1], #2", 0xE0F100D2u, "x1=9000000", "r1@9000000", "x0=ffffff80 x1=9000002")]
    [InlineData("xvisor: pop {r0, r1}", 0xE8BD0003u, "x13=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584 x13=9000008")]
    [InlineData("xvisor: push {r0, r1}", 0xE92D0003u, "x13=9000010", "w4@9000008=0 w4@900000c=1", "x13=9000008")]
    [InlineData("xvisor: ldrt r0, [r1], #4", 0xE4B10004u, "x1=9000000", "r4@9000000", "x0=83828180 x1=9000004")]
    [InlineData("xvisor: ldrsh r0, [r1], #2", 0xE0D100F2u, "x1=9000000", "r2@9000000", "x0=ffff8180 x1=9000002")]
    [InlineData("xvisor: ldr r0, [pc, #8]", 0xE59F0008u, "", "r4@40000010", "x0=93929190")]
    [InlineData("stm r0!, {r0, r1}: the old base is stored", 0xE8A00003u, "x0=9000000", "w4@9000000=9000000 w4@9000004=1", "x0=9000008")]
    [InlineData("str pc, [r1]", 0xE581F000u, "x1=9000000", "w4@9000000=40000008", "")]
    [InlineData("fldmiax r0!, {d0}", 0xECB00B03u, "x0=9000000", "r4@9000000 r4@9000004", "x0=900000c v0=b0:8786858483828180")]
    [InlineData("fstmiax r0!, {d0}", 0xECA00B03u, "x0=9000000", "w4@9000000=a0 w4@9000004=0", "x0=900000c")]
    [InlineData("fstmdbx r0!, {d0}", 0xED200B03u, "x0=900000c", "w4@9000000=a0 w4@9000004=0", "x0=9000000")]
    [InlineData("vld2.32 {d0, d1, d2, d3}, [r0]", 0xF420038Fu, "x0=9000000", "r4@9000000 r4@9000004 r4@9000008 r4@900000c r4@9000010 r4@9000014 r4@9000018 r4@900001c", "v0=9b9a999893929190:8b8a898883828180 v1=9f9e9d9c97969594:8f8e8d8c87868584")]
    [InlineData("vst2.32 {d0, d1, d2, d3}, [r0]", 0xF400038Fu, "x0=9000000", "w4@9000000=a0 w4@9000004=a1 w4@9000008=0 w4@900000c=0 w4@9000010=b0 w4@9000014=b1 w4@9000018=0 w4@900001c=0", "")]
    public void An_A32_instruction_that_others_got_wrong(string text, uint opcode, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, default, registers, transactions, changes, PatternMachine.A32);

    [Theory]
    [InlineData("X3: str.w r0, [r1], #4", 0xF8410B04u, "x1=9000000", "w4@9000000=0", "x1=9000004", 4)]
    [InlineData("X4: ldrsh r0, [r1, r2]", 0x5E88u, "x1=9000000", "r2@9000002", "x0=ffff8382", 2)]
    [InlineData("X4: ldrsb r0, [r1, r2]", 0x5688u, "x1=9000000", "r1@9000002", "x0=ffffff82", 2)]
    [InlineData("X5: ldm r0!, {r1, r2}", 0xC806u, "x0=9000000", "r4@9000000 r4@9000004", "x0=9000008 x1=83828180 x2=87868584", 2)]
    [InlineData("KVM 2012: str r0, [r1, #4]!", 0xF8410F04u, "x1=9000000", "w4@9000004=0", "x1=9000004", 4)]
    [InlineData("KVM 2012: ldr r0, [r1, #4]!", 0xF8510F04u, "x1=9000000", "r4@9000004", "x0=87868584 x1=9000004", 4)]
    [InlineData("seL4: ldrd r0, r5, [r2, #8]", 0xE9D20502u, "x2=9000000", "r4@9000008 r4@900000c", "x0=8b8a8988 x5=8f8e8d8c", 4)]
    [InlineData("seL4: strd r0, r5, [r2, #8]!", 0xE9E20502u, "x2=9000000", "w4@9000008=0 w4@900000c=5", "x2=9000008", 4)]
    [InlineData("xvisor: ldr r0, [pc, #8]", 0x4802u, "", "r4@4000000c", "x0=8f8e8d8c", 2)]
    [InlineData("ldm r1, {r0, r1}: the base is loaded and not written back", 0xC903u, "x1=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584", 2)]
    [InlineData("ldm r1!, {r0, r2}: the base is written back", 0xC905u, "x1=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=9000008 x2=87868584", 2)]
    [InlineData("fldmiax r0!, {d0}", 0xECB00B03u, "x0=9000000", "r4@9000000 r4@9000004", "x0=900000c v0=b0:8786858483828180", 4)]
    [InlineData("vld2.32 {d0, d1, d2, d3}, [r0]", 0xF920038Fu, "x0=9000000", "r4@9000000 r4@9000004 r4@9000008 r4@900000c r4@9000010 r4@9000014 r4@9000018 r4@900001c", "v0=9b9a999893929190:8b8a898883828180 v1=9f9e9d9c97969594:8f8e8d8c87868584", 4)]
    public void A_T32_instruction_that_others_got_wrong(string text, uint opcode, string registers, string transactions, string changes, int length) =>
        PatternCase.Check(text, opcode, default, registers, transactions, changes, PatternMachine.T32, 0x40000000u + (uint)length);

    [Theory]
    [InlineData("ldr r0, [pc, #8]", 0x4802u, 0x40000002u, "r4@4000000c")]
    [InlineData("ldr.w r0, [pc, #8]", 0xF8DF0008u, 0x40000002u, "r4@4000000c")]
    [InlineData("ldr.w r0, [pc, #-8]", 0xF85F0008u, 0x40000002u, "r4@3ffffffc")]
    [InlineData("ldrd r0, r1, [pc, #8]", 0xE9DF0102u, 0x40000002u, "r4@4000000c r4@40000010")]
    [InlineData("vldr d0, [pc, #8]", 0xED9F0B02u, 0x40000002u, "r4@4000000c r4@40000010")]
    [InlineData("tbb [pc, r1]", 0xE8DFF001u, 0x40000002u, "r1@40000007")]
    public void Literals_in_T32_are_relative_to_PC_plus_4_aligned_and_table_branches_to_PC_as_it_is(string text, uint opcode, uint pc, string transactions)
    {
        var machine = new PatternMachine(PatternMachine.T32);
        machine.Registers.Pc = pc;

        machine.Execute(opcode, default).Should().Be(EmulationStatus.Completed, "of {0}", text);

        machine.Transactions.Should().Be(transactions);
    }

    [Theory]
    [InlineData("ldr r0, [r1]", 0xE5910000u, "r4@9000000", "x0=80818283")]
    [InlineData("ldrsh r0, [r1]", 0xE1D100F0u, "r2@9000000", "x0=ffff8081")]
    [InlineData("ldrd r2, r3, [r1]", 0xE1C120D0u, "r4@9000000 r4@9000004", "x2=80818283 x3=84858687")]
    [InlineData("ldm r1, {r2, r3}", 0xE891000Cu, "r4@9000000 r4@9000004", "x2=80818283 x3=84858687")]
    [InlineData("vldr s0, [r1]", 0xED910A00u, "r4@9000000", "v0=b0:80818283")]
    [InlineData("vldr d0, [r1]", 0xED910B00u, "r4@9000000 r4@9000004", "v0=b0:8081828384858687")]
    [InlineData("vld1.16 {d0}, [r1]", 0xF421074Fu, "r2@9000000 r2@9000002 r2@9000004 r2@9000006", "v0=b0:8687848582838081")]
    public void A_big_endian_guest_sees_each_element_swapped(string text, uint opcode, string transactions, string changes) =>
        PatternCase.Check(text, opcode, default, "x1=9000000", transactions, changes, PatternMachine.A32 | BigEndian);

    /// <summary>
    /// With base PC there is no writeback, whatever P and W say; the form is UNPREDICTABLE (Arm ARM, LDR (literal) and the others)
    /// and is performed as the literal that it is.
    /// </summary>
    [Theory]
    [InlineData("ldr r0, [pc, #8] with W = 1", 0xE5BF0008u, "r4@40000010", "x0=93929190", PatternMachine.A32)]
    [InlineData("ldr r0, [pc, #8] with P = 0", 0xE49F0008u, "r4@40000010", "x0=93929190", PatternMachine.A32)]
    [InlineData("ldrb r0, [pc, #8] with W = 1", 0xE5FF0008u, "r1@40000010", "x0=90", PatternMachine.A32)]
    [InlineData("ldrh r0, [pc, #8] with W = 1", 0xE1FF00B8u, "r2@40000010", "x0=9190", PatternMachine.A32)]
    [InlineData("ldrd r0, r1, [pc, #8] with W = 1", 0xE9FF0102u, "r4@4000000c r4@40000010", "x0=8f8e8d8c x1=93929190", PatternMachine.T32)]
    public void A_literal_never_writes_PC_back(string text, uint opcode, string transactions, string changes, uint cpsr)
    {
        PatternCase.Check(text, opcode, default, "", transactions, changes, cpsr);

        new PatternMachine(cpsr).Execute(opcode, new EmulationOptions { Unpredictable = UnpredictablePolicy.Report }).Should().Be(EmulationStatus.NotEmulated);
    }

    [Theory]
    [InlineData("xvisor: ldm r0, {r1, pc}", 0xE8908002u, User, "r2000:4 r2004:4", 0x3000u, User | Thumb)]
    [InlineData("xvisor: ldr pc, [r1]", 0xE591F000u, User, "r2000:4", 0x1110u, User)]
    [InlineData("xvisor: strb r0, [r1, r2, rrx] with C = 1", 0xE7C10062u, User | 0x20000000, "w80003000:1=0", 0x8004u, User | 0x20000000)]
    [InlineData("xvisor: strb r0, [r1, r2, rrx] with C = 0", 0xE7C10062u, User, "w3000:1=0", 0x8004u, User)]
    public void Loads_to_PC_branch_with_interworking_and_RRX_takes_the_carry(
        string text, uint opcode, uint cpsr, string transactions, uint pc, uint newCpsr)
    {
        var machine = new AArch32Machine(cpsr).With(0x2000, 0x1110, 0x3001);
        machine[User, 0] = (opcode & 1 << 20) == 0 ? 0u : 0x2000u;
        machine[User, 1] = 0x2000;
        machine[User, 2] = 0x2000;

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed, "of {0}", text);

        string.Join(' ', machine.Transactions).Should().Be(transactions);
        machine.Registers.Pc.Should().Be(pc);
        machine.Registers.PState.Should().Be(newCpsr);
    }
}
