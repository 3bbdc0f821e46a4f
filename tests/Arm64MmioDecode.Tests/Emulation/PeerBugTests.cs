using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Instructions that other hypervisors and emulators got wrong, with the result that the architecture demands. Values are
/// worked out by hand for <see cref="PatternMachine"/>. Those of AArch32 are in <see cref="AArch32RuleTests"/>.
/// </summary>
public sealed class PeerBugTests
{
    private static readonly EmulationOptions s_perform = new()
    {
        Atomics = AtomicPolicy.Perform,
        Exclusives = ExclusivePolicy.Perform,
        Unpredictable = UnpredictablePolicy.Report,
    };

    [Theory]
    // Pairs are two accesses of the element size, at ascending addresses.
    [InlineData("stp w1, w2, [x0]", 0x29000801u, "x0=9000000", "w4@9000000=1 w4@9000004=2", "")]
    [InlineData("stp x1, x2, [x0]", 0xA9000801u, "x0=9000000", "w8@9000000=5555555500000001 w8@9000008=5555555500000002", "")]
    [InlineData("stp x1, x2, [x0, #16]!", 0xA9810801u, "x0=9000000", "w8@9000010=5555555500000001 w8@9000018=5555555500000002", "x0=9000010")]
    [InlineData("stp q0, q1, [x0]", 0xAD000400u, "x0=9000000", "w8@9000000=a0 w8@9000008=b0 w8@9000010=a1 w8@9000018=b1", "")]
    [InlineData("stp d0, d1, [x0]", 0x6D000400u, "x0=9000000", "w8@9000000=a0 w8@9000008=a1", "")]
    [InlineData("ldp w0, w1, [x2], #8", 0x28C10440u, "x2=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584 x2=9000008")]
    [InlineData("ldpsw x0, x1, [x2]", 0x69400440u, "x2=9000000", "r4@9000000 r4@9000004", "x0=ffffffff83828180 x1=ffffffff87868584")]
    [InlineData("ldp x0, x1, [x2] across 2^64", 0xA9400440u, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=fffefdfcfbfaf9f8 x1=8786858483828180")]
    [InlineData("ldp x0, x1, [sp, #16]", 0xA94107E0u, "sp=9000000", "r8@9000010 r8@9000018", "x0=9796959493929190 x1=9f9e9d9c9b9a9998")]
    // Atomics have the size of their operand.
    [InlineData("ldadd w1, w2, [x0]", 0xB8210002u, "x0=9000000", "r4@9000000 w4@9000000=83828181", "x2=83828180")]
    [InlineData("ldaddb w1, w2, [x0]", 0x38210002u, "x0=9000000", "r1@9000000 w1@9000000=81", "x2=80")]
    [InlineData("stadd w1, [x0]", 0xB821001Fu, "x0=9000000", "r4@9000000 w4@9000000=83828181", "")]
    [InlineData("ldadda w0, w2, [x1]", 0xB8A00022u, "x1=9000000", "r4@9000000 w4@9000000=83828180", "x2=83828180")]
    [InlineData("ldaddal w0, w2, [x1]", 0xB8E00022u, "x1=9000000", "r4@9000000 w4@9000000=83828180", "x2=83828180")]
    [InlineData("ldumin w1, w2, [x0]", 0xB8217002u, "x0=9000000", "r4@9000000 w4@9000000=1", "x2=83828180")]
    // LDAPR reads and does not write.
    [InlineData("ldapr w1, [x0]", 0xB8BFC001u, "x0=9000000", "r4@9000000", "x1=83828180")]
    [InlineData("ldaprb w1, [x0]", 0x38BFC001u, "x0=9000000", "r1@9000000", "x1=80")]
    // A shift of 0 that is spelled out.
    [InlineData("ldrb w1, [x2, x3, lsl #0]", 0x38637841u, "x2=9000000 x3=4", "r1@9000004", "x1=84")]
    [InlineData("strb w1, [x2, w3, uxtw #0]", 0x38235841u, "x2=9000000 x3=ffffffff00000004", "w1@9000004=1", "")]
    // Reads with the zero register as target still happen.
    [InlineData("ldr wzr, [x0]", 0xB940001Fu, "x0=9000000", "r4@9000000", "")]
    [InlineData("ldr xzr, [x0]", 0xF940001Fu, "x0=9000000", "r8@9000000", "")]
    // Ordered, exclusive, compare and swap, structures.
    [InlineData("stlr w0, [x1]", 0x889FFC20u, "x1=9000000", "w4@9000000=0", "")]
    [InlineData("ldar w0, [x1]", 0x88DFFC20u, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("ldxr w0, [x1]", 0x885F7C20u, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("cas w0, w1, [x2] with another value", 0x88A07C41u, "x2=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("cas w0, w1, [x2] with the value", 0x88A07C41u, "x0=83828180 x2=9000000", "r4@9000000 w4@9000000=1", "")]
    [InlineData("ld1 { v0.4s, v1.4s, v2.4s, v3.4s }, [x1] (first register)", 0x4C407820u, "x1=9000000", "r4@9000000 r4@9000004 r4@9000008 r4@900000c", "v0=8f8e8d8c8b8a8988:8786858483828180")]
    [InlineData("stxr w2, w0, [x1] without an LDXR", 0x88027C20u, "x1=9000000", "", "x2=1")]
    // Tags, blocks, maintenance, prefetch.
    [InlineData("stgp x0, x1, [x2, #16]", 0x69008440u, "x2=9000000", "w8@9000010=5555555500000000 w8@9000018=5555555500000001", "")]
    [InlineData("dc zva, x1", 0xD50B7421u, "x1=9000047", "w8@9000040=0 w8@9000048=0 w8@9000050=0 w8@9000058=0 w8@9000060=0 w8@9000068=0 w8@9000070=0 w8@9000078=0", "")]
    [InlineData("dc civac, x1", 0xD50B7E21u, "x1=9000000", "", "")]
    [InlineData("prfm pldl1keep, [x1]", 0xF9800020u, "x1=9000000", "", "")]
    // Pointer authentication: the offset is scaled by 8, and pre-index writes back.
    [InlineData("ldraa x0, [x1, #8]", 0xF8201420u, "x1=9000000", "r8@9000008", "x0=8f8e8d8c8b8a8988")]
    [InlineData("ldraa x0, [x1, #8]!", 0xF8201C20u, "x1=9000000", "r8@9000008", "x0=8f8e8d8c8b8a8988 x1=9000008")]
    // Sign extension to the register's width, and not further.
    [InlineData("ldrsb w0, [x1]", 0x39C00020u, "x1=9000000", "r1@9000000", "x0=ffffff80")]
    [InlineData("ldrsb x0, [x1]", 0x39800020u, "x1=9000000", "r1@9000000", "x0=ffffffffffffff80")]
    [InlineData("ldrsh x0, [x1]", 0x79800020u, "x1=9000000", "r2@9000000", "x0=ffffffffffff8180")]
    [InlineData("ldrsw x0, [x1]", 0xB9800020u, "x1=9000000", "r4@9000000", "x0=ffffffff83828180")]
    [InlineData("ldr w0, [x1]", 0xB9400020u, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("ldursb w0, [x1, #-1]", 0x38DFF020u, "x1=9000001", "r1@9000000", "x0=ffffff80")]
    [InlineData("ldursw x0, [x1, #-4]", 0xB89FC020u, "x1=9000004", "r4@9000000", "x0=ffffffff83828180")]
    // Writeback of loads and of SIMD stores.
    [InlineData("ldr w1, [x2], #4", 0xB8404441u, "x2=9000000", "r4@9000000", "x1=83828180 x2=9000004")]
    [InlineData("ldr w1, [x0], #4", 0xB8404401u, "x0=9000000", "r4@9000000", "x0=9000004 x1=83828180")]
    [InlineData("str s0, [x1], #4", 0xBC004420u, "x1=9000000", "w4@9000000=a0", "x1=9000004")]
    [InlineData("str d0, [x1], #8", 0xFC008420u, "x1=9000000", "w8@9000000=a0", "x1=9000008")]
    [InlineData("str q0, [x1], #16", 0x3C810420u, "x1=9000000", "w8@9000000=a0 w8@9000008=b0", "x1=9000010")]
    [InlineData("str s0, [x1, #4]!", 0xBC004C20u, "x1=9000000", "w4@9000004=a0", "x1=9000004")]
    [InlineData("str h0, [x1], #2", 0x7C002420u, "x1=9000000", "w2@9000000=a0", "x1=9000002")]
    [InlineData("stur b0, [x1, #1]", 0x3C001020u, "x1=9000000", "w1@9000001=a0", "")]
    // A SIMD load clears the rest of the vector.
    [InlineData("ldur d0, [x1, #8]", 0xFC408020u, "x1=9000000", "r8@9000008", "v0=0:8f8e8d8c8b8a8988")]
    public void An_instruction_that_others_got_wrong(string text, uint opcode, string registers, string transactions, string changes)
    {
        PatternMachine machine = new PatternMachine().With(registers);

        machine.Execute(opcode, s_perform).Should().Be(EmulationStatus.Completed, "of {0}", text);

        machine.Transactions.Should().Be(transactions);
        machine.Changes().Should().Be(changes);
        machine.Registers.Pc.Should().Be(0x40000004);
    }

    [Theory]
    [InlineData("ldr s0, [x1]", 0xBD400020u, "v0=0:80818283")]
    [InlineData("ldrsh x0, [x1]", 0x79800020u, "x0=ffffffffffff8081")]
    [InlineData("ldp w0, w2, [x1]", 0x29400820u, "x0=80818283 x2=84858687")]
    public void A_big_endian_guest_sees_each_element_swapped_then_extended(string text, uint opcode, string changes)
    {
        PatternMachine machine = new PatternMachine().With("x1=9000000");

        machine.Execute(opcode, s_perform with { BigEndian = true }).Should().Be(EmulationStatus.Completed, "of {0}", text);

        machine.Changes().Should().Be(changes);
    }

    [Theory]
    [InlineData("reserved option 000 of a register offset", 0x38630841u)]
    [InlineData("size 01, V 1, opc 10 unsigned offset", 0x7D800020u)]
    [InlineData("size 01, V 1, opc 10 unscaled", 0x7C800020u)]
    [InlineData("size 11, V 1, opc 10 unsigned offset", 0xFD800000u)]
    [InlineData("LDAPUR with size 11 and opc 10", 0xD9800000u)]
    [InlineData("LDURSW with opc 11", 0xB8DBC0E4u)]
    [InlineData("CASP with an odd register", 0x48217C82u)]
    public void A_word_that_others_execute_is_unallocated(string what, uint opcode)
    {
        InstructionDecoder.DecodeA64(opcode, out _).Should().Be(DecodeStatus.Unallocated, what);
    }

    [Fact]
    public void Address_translation_is_no_memory_access()
    {
        InstructionDecoder.DecodeA64(0xD5087801, out _).Should().Be(DecodeStatus.NotMemoryAccess, "at s1e1r, x1 only sets PAR_EL1");
    }

    [Fact]
    public void A_floating_point_atomic_is_no_integer_atomic()
    {
        InstructionDecoder.DecodeA64(0x3C200000, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);

        access.Operation.Should().Be(AccessOperation.FloatingAdd);
        access.Properties.Should().HaveFlag(AccessProperties.BFloat16);
        access.ElementSize.Should().Be(2);
    }

    [Theory]
    [InlineData(0xF822B004u, "st64bv x2, x4, [x0]")]
    [InlineData(0xB8217002u, "ldumin w1, w2, [x0]")]
    public void Neighbours_of_LDSET_are_what_they_are(uint opcode, string text)
    {
        InstructionDecoder.DecodeA64(opcode, out AccessDescriptor access).Should().Be(DecodeStatus.MemoryAccess);

        access.ToString().Should().Be(text);
    }

    [Theory]
    [InlineData("ldr w1, [x1], #4", 0xB8404421u)]
    [InlineData("str x1, [x1], #8", 0xF8008421u)]
    [InlineData("ldp x0, x0, [x2]", 0xA9400040u)]
    public void Overlapping_registers_are_reported_and_nothing_happens(string text, uint opcode)
    {
        var machine = new PatternMachine();

        machine.Execute(opcode, s_perform).Should().Be(EmulationStatus.NotEmulated, "of {0}", text);

        machine.Transactions.Should().BeEmpty();
        machine.Changes().Should().BeEmpty();
    }

    [Theory]
    [InlineData("str x0, [x1], #8", 0xF8008420u, 0)]
    [InlineData("stp x2, x3, [x1, #16]!", 0xA9810C22u, 1)]
    [InlineData("ldp x2, x3, [x1], #16", 0xA8C10C22u, 1)]
    [InlineData("ldr q0, [x1], #16", 0x3CC10420u, 1)]
    [InlineData("str q0, [x1, #16]!", 0x3C810C20u, 1)]
    public void A_device_that_refuses_leaves_every_register_as_it_was(string text, uint opcode, int refused)
    {
        PatternMachine machine = new PatternMachine { Refused = refused }.With("x1=9000000");

        machine.Execute(opcode, s_perform).Should().Be(EmulationStatus.Fault, "of {0}", text);

        machine.Changes().Should().BeEmpty();
        machine.Registers.Pc.Should().Be(0x40000000);
        machine.Fault.StatusCode.Value.Should().Be(0x10, "a synchronous external abort is the data's, not the instruction's");
    }

    [Fact]
    public void Completion_clears_BTYPE_and_SS()
    {
        PatternMachine machine = new PatternMachine().With("x1=9000000");
        machine.Registers.PState |= (3u << 10) | (1u << 21);

        machine.Execute(0xB9400020, s_perform).Should().Be(EmulationStatus.Completed);

        machine.Registers.PState.Should().Be(0x3C5);
    }

    [Theory]
    [InlineData("ldadd w1, w2, [x0]", 0xB8210002u)]
    [InlineData("ldxr w0, [x1]", 0x885F7C20u)]
    [InlineData("cas w0, w1, [x2]", 0x88A07C41u)]
    public void Atomics_and_exclusives_fault_with_0x35_unless_the_embedder_performs_them(string text, uint opcode)
    {
        PatternMachine machine = new PatternMachine().With("x0=9000000 x1=9000000 x2=9000000");

        machine.Execute(opcode, default).Should().Be(EmulationStatus.Fault, "of {0}", text);

        machine.Fault.StatusCode.Value.Should().Be(0x35);
        machine.Transactions.Should().BeEmpty();
    }
}
