using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Descriptors;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// Instructions that other hypervisors and emulators got wrong, with the result that the architecture demands. Values are
/// worked out by hand for <see cref="PatternMachine"/>, and a fault at any transaction leaves no trace. What comes before the
/// colon tells whose: O is OpenVMM, Q QEMU's patches for ISV = 0, X Xen, K KVM. Those of AArch32 are in
/// <see cref="AArch32PeerBugTests"/>.
/// </summary>
public sealed class PeerBugTests
{
    private static readonly EmulationOptions s_perform = new()
    {
        Atomics = AtomicPolicy.Perform,
        Exclusives = ExclusivePolicy.Perform,
        SixtyFourBytes = SixtyFourBytePolicy.Split,
        Unpredictable = UnpredictablePolicy.Report,
    };

    [Theory]
    // Pairs are two accesses of the element size, at ascending addresses.
    [InlineData("O1 Q7 m1n1: stp w1, w2, [x0]", 0x29000801u, "x0=9000000", "w4@9000000=1 w4@9000004=2", "")]
    [InlineData("O1: stp x1, x2, [x0]", 0xA9000801u, "x0=9000000", "w8@9000000=5555555500000001 w8@9000008=5555555500000002", "")]
    [InlineData("O1: stp x1, x2, [x0, #16]!", 0xA9810801u, "x0=9000000", "w8@9000010=5555555500000001 w8@9000018=5555555500000002", "x0=9000010")]
    [InlineData("O1: stp q0, q1, [x0]", 0xAD000400u, "x0=9000000", "w8@9000000=a0 w8@9000008=b0 w8@9000010=a1 w8@9000018=b1", "")]
    [InlineData("m1n1: stp d0, d1, [x0]", 0x6D000400u, "x0=9000000", "w8@9000000=a0 w8@9000008=a1", "")]
    [InlineData("m1n1: ldp w0, w1, [x2], #8", 0x28C10440u, "x2=9000000", "r4@9000000 r4@9000004", "x0=83828180 x1=87868584 x2=9000008")]
    [InlineData("m1n1: ldpsw x0, x1, [x2]", 0x69400440u, "x2=9000000", "r4@9000000 r4@9000004", "x0=ffffffff83828180 x1=ffffffff87868584")]
    [InlineData("O10: ldp x0, x1, [x2] across 2^64", 0xA9400440u, "x2=fffffffffffffff8", "r8@fffffffffffffff8 r8@0", "x0=fffefdfcfbfaf9f8 x1=8786858483828180")]
    [InlineData("m1n1, Inferno: ldp x0, x1, [sp, #16]", 0xA94107E0u, "sp=9000000", "r8@9000010 r8@9000018", "x0=9796959493929190 x1=9f9e9d9c9b9a9998")]
    // Atomics have the size of their operand.
    [InlineData("m1n1: ldp x0, x1, [sp], #16", 0xA8C107E0u, "sp=9000000", "r8@9000000 r8@9000008", "x0=8786858483828180 x1=8f8e8d8c8b8a8988 sp=9000010")]
    [InlineData("O2: ldadd w1, w2, [x0]", 0xB8210002u, "x0=9000000", "r4@9000000 w4@9000000=83828181", "x2=83828180")]
    [InlineData("O2: ldaddb w1, w2, [x0]", 0x38210002u, "x0=9000000", "r1@9000000 w1@9000000=81", "x2=80")]
    [InlineData("O2: stadd w1, [x0]", 0xB821001Fu, "x0=9000000", "r4@9000000 w4@9000000=83828181", "")]
    [InlineData("m1n1: ldadda w0, w2, [x1]", 0xB8A00022u, "x1=9000000", "r4@9000000 w4@9000000=83828180", "x2=83828180")]
    [InlineData("m1n1: ldaddal w0, w2, [x1]", 0xB8E00022u, "x1=9000000", "r4@9000000 w4@9000000=83828180", "x2=83828180")]
    [InlineData("O11: ldumin w1, w2, [x0]", 0xB8217002u, "x0=9000000", "r4@9000000 w4@9000000=1", "x2=83828180")]
    // LDAPR reads and does not write.
    [InlineData("O3 Q8: ldapr w1, [x0]", 0xB8BFC001u, "x0=9000000", "r4@9000000", "x1=83828180")]
    [InlineData("O3: ldaprb w1, [x0]", 0x38BFC001u, "x0=9000000", "r1@9000000", "x1=80")]
    [InlineData("O3: ldapr x1, [x0]", 0xF8BFC001u, "x0=9000000", "r8@9000000", "x1=8786858483828180")]
    // A shift of 0 that is spelled out.
    [InlineData("O4: ldrb w1, [x2, x3, lsl #0]", 0x38637841u, "x2=9000000 x3=4", "r1@9000004", "x1=84")]
    [InlineData("O4: strb w1, [x2, w3, uxtw #0]", 0x38235841u, "x2=9000000 x3=ffffffff00000004", "w1@9000004=1", "")]
    // Reads with the zero register as target still happen.
    [InlineData("O5, Cloud Hypervisor: ldr wzr, [x0]", 0xB940001Fu, "x0=9000000", "r4@9000000", "")]
    [InlineData("O5: ldr xzr, [x0]", 0xF940001Fu, "x0=9000000", "r8@9000000", "")]
    // Ordered, exclusive, compare and swap, structures.
    [InlineData("O12 Q8: stlr w0, [x1]", 0x889FFC20u, "x1=9000000", "w4@9000000=0", "")]
    [InlineData("O12 Q8: ldar w0, [x1]", 0x88DFFC20u, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("O12, m1n1: ldxr w0, [x1]", 0x885F7C20u, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("O12 O14: cas w0, w1, [x2] with another value", 0x88A07C41u, "x2=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("O12 O14: cas w0, w1, [x2] with the value", 0x88A07C41u, "x0=83828180 x2=9000000", "r4@9000000 w4@9000000=1", "")]
    [InlineData("O12 Q8: ld1 { v0.4s, v1.4s, v2.4s, v3.4s }, [x1]", 0x4C402820u, "x1=9000000", "r4@9000000 r4@9000004 r4@9000008 r4@900000c r4@9000010 r4@9000014 r4@9000018 r4@900001c r4@9000020 r4@9000024 r4@9000028 r4@900002c r4@9000030 r4@9000034 r4@9000038 r4@900003c", "v0=8f8e8d8c8b8a8988:8786858483828180 v1=9f9e9d9c9b9a9998:9796959493929190 v2=afaeadacabaaa9a8:a7a6a5a4a3a2a1a0 v3=bfbebdbcbbbab9b8:b7b6b5b4b3b2b1b0")]
    [InlineData("Q8: ldr w0, #8", 0x18000040u, "", "r4@40000008", "x0=8b8a8988")]
    [InlineData("Q8: ldr x0, #8", 0x58000040u, "", "r8@40000008", "x0=8f8e8d8c8b8a8988")]
    [InlineData("Q9: stxr w2, w0, [x1] without an LDXR", 0x88027C20u, "x1=9000000", "", "x2=1")]
    // Tags, blocks, maintenance, prefetch.
    [InlineData("Q1: stgp x0, x1, [x2, #16]", 0x69008440u, "x2=9000000", "w8@9000010=5555555500000000 w8@9000018=5555555500000001", "")]
    [InlineData("Q2, m1n1: dc zva, x1", 0xD50B7421u, "x1=9000047", "w8@9000040=0 w8@9000048=0 w8@9000050=0 w8@9000058=0 w8@9000060=0 w8@9000068=0 w8@9000070=0 w8@9000078=0", "")]
    [InlineData("m1n1: dc civac, x1", 0xD50B7E21u, "x1=9000000", "", "")]
    [InlineData("m1n1: prfm pldl1keep, [x1]", 0xF9800020u, "x1=9000000", "", "")]
    // Pointer authentication: the offset is scaled by 8, and pre-index writes back.
    [InlineData("Q6: ldraa x0, [x1, #8]", 0xF8201420u, "x1=9000000", "r8@9000008", "x0=8f8e8d8c8b8a8988")]
    [InlineData("Q6: ldraa x0, [x1, #8]! of a signed pointer", 0xF8201C20u, "x1=2a000009000000", "r8@9000008", "x0=8f8e8d8c8b8a8988 x1=9000008")]
    [InlineData("ldraa x0, [x1]!, whose offset is 0", 0xF8200C20u, "x1=2a000009000000", "r8@9000000", "x0=8786858483828180 x1=9000000")]
    [InlineData("Q6: ldraa x0, [x1, #8]!", 0xF8201C20u, "x1=9000000", "r8@9000008", "x0=8f8e8d8c8b8a8988 x1=9000008")]
    // Sign extension to the register's width, and not further.
    [InlineData("X2, Jailhouse, VirtualBox: ldrsb w0, [x1]", 0x39C00020u, "x1=9000000", "r1@9000000", "x0=ffffff80")]
    [InlineData("K1, Bao, VirtualBox: ldrsb x0, [x1]", 0x39800020u, "x1=9000000", "r1@9000000", "x0=ffffffffffffff80")]
    [InlineData("K1: ldrsh x0, [x1]", 0x79800020u, "x1=9000000", "r2@9000000", "x0=ffffffffffff8180")]
    [InlineData("K1, Bao, VirtualBox: ldrsw x0, [x1]", 0xB9800020u, "x1=9000000", "r4@9000000", "x0=ffffffff83828180")]
    [InlineData("VirtualBox: ldr w0, [x1]", 0xB9400020u, "x1=9000000", "r4@9000000", "x0=83828180")]
    [InlineData("m1n1: ldursb w0, [x1, #-1]", 0x38DFF020u, "x1=9000001", "r1@9000000", "x0=ffffff80")]
    [InlineData("m1n1: ldursw x0, [x1, #-4]", 0xB89FC020u, "x1=9000004", "r4@9000000", "x0=ffffffff83828180")]
    [InlineData("Swift: ldrb w1, [x2], #1", 0x38401441u, "x2=9000000", "r1@9000000", "x1=80 x2=9000001")]
    [InlineData("Swift: prfum pldl1keep, [x1, #-8]", 0xF89F8020u, "x1=9000000", "", "")]
    // Writeback of loads and of SIMD stores.
    [InlineData("X1: ldr w1, [x2], #4", 0xB8404441u, "x2=9000000", "r4@9000000", "x1=83828180 x2=9000004")]
    [InlineData("X6: ldr w1, [x0], #4", 0xB8404401u, "x0=9000000", "r4@9000000", "x0=9000004 x1=83828180")]
    [InlineData("m1n1: str s0, [x1], #4", 0xBC004420u, "x1=9000000", "w4@9000000=a0", "x1=9000004")]
    [InlineData("m1n1: str d0, [x1], #8", 0xFC008420u, "x1=9000000", "w8@9000000=a0", "x1=9000008")]
    [InlineData("m1n1: str q0, [x1], #16", 0x3C810420u, "x1=9000000", "w8@9000000=a0 w8@9000008=b0", "x1=9000010")]
    [InlineData("m1n1: str s0, [x1, #4]!", 0xBC004C20u, "x1=9000000", "w4@9000004=a0", "x1=9000004")]
    [InlineData("m1n1: str h0, [x1], #2", 0x7C002420u, "x1=9000000", "w2@9000000=a0", "x1=9000002")]
    [InlineData("m1n1: stur b0, [x1, #1]", 0x3C001020u, "x1=9000000", "w1@9000001=a0", "")]
    // A SIMD load clears the rest of the vector.
    [InlineData("ldr b0, [x1]", 0x3D400020u, "x1=9000000", "r1@9000000", "v0=0:80")]
    [InlineData("ldr h0, [x1]", 0x7D400020u, "x1=9000000", "r2@9000000", "v0=0:8180")]
    [InlineData("ldr s0, [x1]", 0xBD400020u, "x1=9000000", "r4@9000000", "v0=0:83828180")]
    [InlineData("m1n1: ldur d0, [x1, #8]", 0xFC408020u, "x1=9000000", "r8@9000008", "v0=0:8f8e8d8c8b8a8988")]
    public void An_instruction_that_others_got_wrong(string text, uint opcode, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, s_perform, registers, transactions, changes);

    /// <summary>Instructions that made guests exit without a syndrome, as users have reported them.</summary>
    [Theory]
    [InlineData("virtio-win: str w8, [x10], #4", 0xB8004548u, "x10=9000000", "w4@9000000=8", "x10=9000004")]
    [InlineData("rustc, virtio-drivers: str w9, [x0], #4", 0xB8004409u, "x0=9000000", "w4@9000000=9", "x0=9000004")]
    [InlineData("rv6: str x11, [x13], #8", 0xF80085ABu, "x13=9000000", "w8@9000000=555555550000000b", "x13=9000008")]
    [InlineData("Thylacine: str w1, [x0, #8]!", 0xB8008C01u, "x0=9000000", "w4@9000008=1", "x0=9000008")]
    [InlineData("crosvm: ldrh w1, [x0, #4]!", 0x78404C01u, "x0=9000000", "r2@9000004", "x0=9000004 x1=8584")]
    [InlineData("nvme-cli: ldp w0, w1, [x2, #28]", 0x29438440u, "x2=9000000", "r4@900001c r4@9000020", "x0=9f9e9d9c x1=a3a2a1a0")]
    [InlineData("SEPOS: ld1 { v0.4s, v1.4s, v2.4s, v3.4s }, [x1], #64", 0x4CDF2820u, "x1=9000000", "r4@9000000 r4@9000004 r4@9000008 r4@900000c r4@9000010 r4@9000014 r4@9000018 r4@900001c r4@9000020 r4@9000024 r4@9000028 r4@900002c r4@9000030 r4@9000034 r4@9000038 r4@900003c", "x1=9000040 v0=8f8e8d8c8b8a8988:8786858483828180 v1=9f9e9d9c9b9a9998:9796959493929190 v2=afaeadacabaaa9a8:a7a6a5a4a3a2a1a0 v3=bfbebdbcbbbab9b8:b7b6b5b4b3b2b1b0")]
    [InlineData("EDK2, U-Boot: str q0, [x1]", 0x3D800020u, "x1=9000000", "w8@9000000=a0 w8@9000008=b0", "")]
    [InlineData("EDK2: dc ivac, x1", 0xD5087621u, "x1=9000000", "", "")]
    [InlineData("U-Boot: ic ivau, x1", 0xD50B7521u, "x1=9000000", "", "")]
    [InlineData("KVM: st64b x4, [x0]", 0xF83F9004u, "x0=9000000", "w8@9000000=5555555500000004 w8@9000008=5555555500000005 w8@9000010=5555555500000006 w8@9000018=5555555500000007 w8@9000020=5555555500000008 w8@9000028=5555555500000009 w8@9000030=555555550000000a w8@9000038=555555550000000b", "")]
    [InlineData("KVM: ld64b x4, [x0]", 0xF83FD004u, "x0=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018 r8@9000020 r8@9000028 r8@9000030 r8@9000038", "x4=8786858483828180 x5=8f8e8d8c8b8a8988 x6=9796959493929190 x7=9f9e9d9c9b9a9998 x8=a7a6a5a4a3a2a1a0 x9=afaeadacabaaa9a8 x10=b7b6b5b4b3b2b1b0 x11=bfbebdbcbbbab9b8")]
    public void An_instruction_that_trapped_in_the_field(string text, uint opcode, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, s_perform, registers, transactions, changes);

    [Theory]
    [InlineData("Q5: ldr s0, [x1]", 0xBD400020u, "v0=0:80818283")]
    [InlineData("K2: ldrsh x0, [x1]", 0x79800020u, "x0=ffffffffffff8081")]
    [InlineData("K2: ldrsw x0, [x1]", 0xB9800020u, "x0=ffffffff80818283")]
    [InlineData("Q5: ldr q0, [x1]", 0x3DC00020u, "v0=8081828384858687:88898a8b8c8d8e8f")]
    [InlineData("Q5: ldp d0, d1, [x1]", 0x6D400420u, "v0=0:8081828384858687 v1=0:88898a8b8c8d8e8f")]
    [InlineData("Q5: ldp w0, w2, [x1]", 0x29400820u, "x0=80818283 x2=84858687")]
    public void A_big_endian_guest_sees_each_element_swapped_then_extended(string text, uint opcode, string changes)
    {
        PatternMachine machine = new PatternMachine().With("x1=9000000");

        machine.Execute(opcode, s_perform with { BigEndian = true }).Should().Be(EmulationStatus.Completed, "of {0}", text);

        machine.Changes().Should().Be(changes);
    }

    [Theory]
    [InlineData("O6: reserved option 000 of a register offset", 0x38630841u)]
    [InlineData("size 01, V 1, opc 10 unsigned offset", 0x7D800020u)]
    [InlineData("O7: size 01, V 1, opc 10 unscaled", 0x7C800020u)]
    [InlineData("O7: size 11, V 1, opc 10 unsigned offset", 0xFD800000u)]
    [InlineData("O7: LDAPUR with size 11 and opc 10", 0xD9800000u)]
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
    [InlineData("X9: ldr w1, [x1], #4", 0xB8404421u)]
    [InlineData("m1n1: str x1, [x1], #8", 0xF8008421u)]
    [InlineData("ldp x0, x0, [x2]", 0xA9400040u)]
    public void Overlapping_registers_are_reported_and_nothing_happens(string text, uint opcode)
    {
        var machine = new PatternMachine();

        machine.Execute(opcode, s_perform).Should().Be(EmulationStatus.NotEmulated, "of {0}", text);

        machine.Transactions.Should().BeEmpty();
        machine.Changes().Should().BeEmpty();
    }

    [Theory]
    [InlineData("X9: ldr w1, [x1], #4: the base wins", 0xB8404421u, "x1=9000000", "r4@9000000", "x1=9000004")]
    [InlineData("m1n1: str x1, [x1], #8: the old base is stored", 0xF8008421u, "x1=9000000", "w8@9000000=9000000", "x1=9000008")]
    [InlineData("Swift: ldr x1, [x1]: no overlap at all", 0xF9400021u, "x1=9000000", "r8@9000000", "x1=8786858483828180")]
    public void Overlapping_registers_are_performed_as_documented(string text, uint opcode, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, s_perform with { Unpredictable = UnpredictablePolicy.Perform }, registers, transactions, changes);

    [Theory]
    [InlineData("QEMU 7.2: ldapr w1, [x0]", 0xB8BFC001u, 0x9000001u)]
    [InlineData("ldar w1, [x0]", 0x88DFFC01u, 0x9000002u)]
    [InlineData("ldapur w1, [x0]", 0x99400001u, 0x9000003u)]
    public void An_unaligned_ordered_access_to_a_device_is_an_alignment_fault(string text, uint opcode, ulong address)
    {
        PatternMachine machine = new PatternMachine().With($"x0={address:x}");

        machine.Execute(opcode, s_perform).Should().Be(EmulationStatus.Fault, "of {0}", text);

        (machine.Fault.StatusCode.Value, machine.Fault.Address).Should().Be((0x21, address));
        machine.Transactions.Should().BeEmpty();
    }

    [Theory]
    [InlineData("m1n1: str x0, [x1], #8", 0xF8008420u, 0)]
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
