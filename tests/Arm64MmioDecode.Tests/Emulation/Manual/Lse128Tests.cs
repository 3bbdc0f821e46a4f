using System;
using Arm64MmioDecode.Decoding;
using Arm64MmioDecode.Emulation;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation.Manual;

/// <summary>LDCLRP, LDSETP and SWPP (FEAT_LSE128), Arm ARM section C6.2.</summary>
public sealed class Lse128Tests
{
    public static TheoryData<ManualCase> Cases =>
    [
        // Every operation and ordering.
        new("19221020 ldclrp x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0000000044556677_08090a0b0c0d0e0f",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19a21020 ldclrpa x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0000000044556677_08090a0b0c0d0e0f",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19621020 ldclrpl x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0000000044556677_08090a0b0c0d0e0f",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19e21020 ldclrpal x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0000000044556677_08090a0b0c0d0e0f",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff44556677_f8f9fafbfcfdfeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19a23020 ldsetpa x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff44556677_f8f9fafbfcfdfeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19623020 ldsetpl x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff44556677_f8f9fafbfcfdfeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19e23020 ldsetpal x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff44556677_f8f9fafbfcfdfeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19228020 swpp x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff00000000_f0f0f0f0f0f0f0f0",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19a28020 swppa x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff00000000_f0f0f0f0f0f0f0f0",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19628020 swppl x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff00000000_f0f0f0f0f0f0f0f0",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19e28020 swppal x0, x2, [x1]",
            "x1=9000 x0=ffffffff x2=f0f0f0f0f0f0f0f0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=ffffffff00000000_f0f0f0f0f0f0f0f0",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        // Rt is at the lower address in both byte orders; each doubleword is swapped.
        new("19221020 ldclrp x0, x2, [x1]",
            "x1=9000 x0=123456789abcdef x2=fedcba9876543210 @9000=7766554433221100_ffeeddccbbaa9988",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=7644100032001000_0122454489aa8988",
            "r8@9000 r8@9008 w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=9000 x0=123456789abcdef x2=fedcba9876543210 @9000=7766554433221100_ffeeddccbbaa9988",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=77675567bbabddef_fffeffdcfffebb98",
            "r8@9000 r8@9008 w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19228020 swpp x0, x2, [x1]",
            "x1=9000 x0=123456789abcdef x2=fedcba9876543210 @9000=7766554433221100_ffeeddccbbaa9988",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0123456789abcdef_fedcba9876543210",
            "r8@9000 r8@9008 w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        new("19e88149 swppal x9, x8, [x10]",
            "x10=9000 x9=3 x8=4 @9000=0000000000000001_0000000000000002",
            "x9=1 x8=2 @9000=0000000000000003_0000000000000004",
            "r8@9000 r8@9008 w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // Any order of registers, x30, and SP as base.
        new("192083be swpp x30, x0, [x29]",
            "x29=9000 x30=1111111111111111 x0=2222222222222222 @9000=0011223344556677_8899aabbccddeeff",
            "x30=7766554433221100 x0=ffeeddccbbaa9988 @9000=1111111111111111_2222222222222222",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("192113e3 ldclrp x3, x1, [sp]",
            "sp=9000 x3=ffffffffffffffff x1=0 @9000=0011223344556677_8899aabbccddeeff",
            "x3=7766554433221100 x1=ffeeddccbbaa9988 @9000=0000000000000000_8899aabbccddeeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("197e33e0 ldsetpl x0, x30, [sp]",
            "sp=9000 x0=0 x30=ffffffffffffffff @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x30=ffeeddccbbaa9988 @9000=0011223344556677_ffffffffffffffff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        // The base may be a data register: the address is the old value, the register gets what was read.
        new("192630a5 ldsetp x5, x6, [x5]",
            "x5=9000 x6=10 @9000=0011223344556677_8899aabbccddeeff",
            "x5=7766554433221100 x6=ffeeddccbbaa9988 @9000=0091223344556677_9899aabbccddeeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19a580a6 swppa x6, x5, [x5]",
            "x5=9000 x6=77 @9000=0011223344556677_8899aabbccddeeff",
            "x6=7766554433221100 x5=ffeeddccbbaa9988 @9000=7700000000000000_0090000000000000",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19251084 ldclrp x4, x5, [x4]",
            "x4=9000 x5=1 @9000=7766554433221100_ffeeddccbbaa9988",
            "x4=7766554433221100 x5=ffeeddccbbaa9988 @9000=7766554433220100_ffeeddccbbaa9988",
            "r8@9000 r8@9008 w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { BigEndian = true },
            },
        // Corner values.
        new("19221020 ldclrp x0, x2, [x1]",
            "x1=9000 x0=ffffffffffffffff x2=ffffffffffffffff @9000=ffffffffffffffff_ffffffffffffffff",
            "x0=ffffffffffffffff x2=ffffffffffffffff @9000=0000000000000000_0000000000000000",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19221020 ldclrp x0, x2, [x1]",
            "x1=9000 x0=0 x2=0 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0011223344556677_8899aabbccddeeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=9000 x0=8000000000000000 x2=1 @9000=0000000000000000_0000000000000000",
            "x0=0 x2=0 @9000=0000000000000080_0100000000000000",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=9000 x0=0 x2=0 @9000=ffffffffffffffff_ffffffffffffffff",
            "x0=ffffffffffffffff x2=ffffffffffffffff @9000=ffffffffffffffff_ffffffffffffffff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19228020 swpp x0, x2, [x1]",
            "x1=9000 x0=8000000000000000 x2=7fffffffffffffff @9000=0000000000000000_0000000000000000",
            "x0=0 x2=0 @9000=0000000000000080_ffffffffffffff7f",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        new("19228020 swpp x0, x2, [x1]",
            "x1=9000 x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0011223344556677_8899aabbccddeeff",
            "r8@9000 r8@9008 w8@9000 w8@9008"),
        // The last quadword of the address space, and a tagged address.
        new("19228020 swpp x0, x2, [x1]",
            "x1=fffffffffffffff0 x0=5 x2=6 @fffffffffffffff0=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @fffffffffffffff0=0500000000000000_0600000000000000",
            "r8@fffffffffffffff0 r8@fffffffffffffff8 w8@fffffffffffffff0 w8@fffffffffffffff8"),
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=5a00000000009000 x0=5 x2=6 @9000=0011223344556677_8899aabbccddeeff",
            "x0=7766554433221100 x2=ffeeddccbbaa9988 @9000=0511223344556677_8e99aabbccddeeff",
            "r8@9000 r8@9008 w8@9000 w8@9008")
            {
                Options = ManualCase.PerformEverything with { TopByteIgnored = true },
            },
        // Alignment is to the quadword.
        new("19228020 swpp x0, x2, [x1]",
            "x1=9008 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9008",
            },
        new("19221020 ldclrp x0, x2, [x1]",
            "x1=9001 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 9001",
            },
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=900f @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Fault = "abort 21 r 900f",
            },
        new("19e28020 swppal x0, x2, [x1]",
            "x1=9004 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unaligned = UnalignedPolicy.Pass },
                Fault = "abort 21 r 9004",
            },
        // Nothing is written when the second half cannot be read, or nothing is there at all.
        new("19228020 swpp x0, x2, [x1]",
            "x1=9000 @9000=0011223344556677",
            "",
            "r8@9000 r8@9008")
            {
                Fault = "abort 10 ? 9008",
            },
        new("19223020 ldsetp x0, x2, [x1]",
            "x1=9000 @9008=0011223344556677",
            "",
            "r8@9000")
            {
                Fault = "abort 10 ? 9000",
            },
        // By default Device memory refuses atomics.
        new("19228020 swpp x0, x2, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9000",
            },
        new("19e213e0 ldclrpal x0, x2, [sp]",
            "sp=9010 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = new EmulationOptions(),
                Fault = "abort 35 ? 9010",
            },
        // SP is checked when the guest wants it.
        new("192283e0 swpp x0, x2, [sp]",
            "sp=9008 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { CheckStackPointerAlignment = true },
                Fault = "sp",
            },
        // Rt == Rt2 is CONSTRAINED UNPREDICTABLE (LSE128OVERLAP).
        new("19228022 swpp x2, x2, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Undefined },
                Fault = "undef",
            },
        new("19221022 ldclrp x2, x2, [x1]",
            "x1=9000 @9000=00112233445566778899aabbccddeeff_00112233445566778899aabbccddeeff",
            "",
            "")
            {
                Options = ManualCase.PerformEverything with { Unpredictable = UnpredictablePolicy.Report },
                Fault = "notemulated ConstrainedUnpredictable",
            },
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operates_on_the_quadword_as_the_manual_says(ManualCase manualCase) => manualCase.Verify();

    [Theory]
    [InlineData(0x1922803F)] // swpp xzr, x2, [x1]
    [InlineData(0x193F8020)] // swpp x0, xzr, [x1]
    [InlineData(0x1922103F)] // ldclrp xzr, x2, [x1]
    [InlineData(0x193F3020)] // ldsetp x0, xzr, [x1]
    public void Has_no_form_with_the_zero_register(uint opcode) =>
        InstructionDecoder.DecodeA64(opcode, out _).Should().Be(DecodeStatus.Unallocated);

    [Fact]
    public void Is_performed_in_a_permitted_way_when_both_registers_are_the_same()
    {
        // UNKNOWN result in the register, UNDEFINED, or no operation; nothing else may change.
        var state = ManualState.Parse("x1=9000 x2=5 @9000=00112233445566778899aabbccddeeff");
        var before = state.Clone();
        InstructionDecoder.DecodeA64(0x19228022, out var swpp).Should().Be(DecodeStatus.MemoryAccess);
        var plan = new AccessPlan();

        var status = plan.Execute(in swpp, state.Registers, new ManualBus(state), ManualCase.PerformEverything);

        status.Should().BeOneOf(EmulationStatus.Completed, EmulationStatus.Fault);
        (status == EmulationStatus.Fault).Should().Be(plan.Fault.Reason == FaultReason.UndefinedInstruction);
        if (status == EmulationStatus.Completed)
        {
            before.Advance(1);
        }

        ManualState.Differences(state, before).Should().OnlyContain(
            d => d.StartsWith("x2:", StringComparison.Ordinal) || d.StartsWith('@'));
    }
}
