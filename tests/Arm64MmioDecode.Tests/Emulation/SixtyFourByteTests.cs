using Arm64MmioDecode.Emulation;
using Arm64MmioDecode.Syndromes;
using FluentAssertions;
using Xunit;

namespace Arm64MmioDecode.Tests.Emulation;

/// <summary>
/// 64-byte loads and stores (FEAT_LS64 and its relatives), worked out from the manual's operation text.
/// </summary>
public sealed class SixtyFourByteTests
{
    [Theory]
    [InlineData("ld64b x0, [x9]", 0xF83FD120u, false, "x9=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018 r8@9000020 r8@9000028 r8@9000030 r8@9000038", "x0=8786858483828180 x1=8f8e8d8c8b8a8988 x2=9796959493929190 x3=9f9e9d9c9b9a9998 x4=a7a6a5a4a3a2a1a0 x5=afaeadacabaaa9a8 x6=b7b6b5b4b3b2b1b0 x7=bfbebdbcbbbab9b8")]
    [InlineData("ld64b x0, [x9]", 0xF83FD120u, true, "x9=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018 r8@9000020 r8@9000028 r8@9000030 r8@9000038", "x0=8081828384858687 x1=88898a8b8c8d8e8f x2=9091929394959697 x3=98999a9b9c9d9e9f x4=a0a1a2a3a4a5a6a7 x5=a8a9aaabacadaeaf x6=b0b1b2b3b4b5b6b7 x7=b8b9babbbcbdbebf")]
    [InlineData("st64b x0, [x9]", 0xF83F9120u, false, "x9=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001 w8@9000010=5555555500000002 w8@9000018=5555555500000003 w8@9000020=5555555500000004 w8@9000028=5555555500000005 w8@9000030=5555555500000006 w8@9000038=5555555500000007", "")]
    [InlineData("st64b x0, [x9]", 0xF83F9120u, true, "x9=9000000", "w8@9000000=55555555 w8@9000008=100000055555555 w8@9000010=200000055555555 w8@9000018=300000055555555 w8@9000020=400000055555555 w8@9000028=500000055555555 w8@9000030=600000055555555 w8@9000038=700000055555555", "")]
    [InlineData("st64bv x10, x0, [x9]", 0xF82AB120u, false, "x9=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001 w8@9000010=5555555500000002 w8@9000018=5555555500000003 w8@9000020=5555555500000004 w8@9000028=5555555500000005 w8@9000030=5555555500000006 w8@9000038=5555555500000007", "x10=0")]
    [InlineData("st64bv x10, x0, [x9]", 0xF82AB120u, true, "x9=9000000", "w8@9000000=55555555 w8@9000008=100000055555555 w8@9000010=200000055555555 w8@9000018=300000055555555 w8@9000020=400000055555555 w8@9000028=500000055555555 w8@9000030=600000055555555 w8@9000038=700000055555555", "x10=0")]
    [InlineData("st64bv xzr, x0, [x9]", 0xF83FB120u, false, "x9=9000000", "w8@9000000=5555555500000000 w8@9000008=5555555500000001 w8@9000010=5555555500000002 w8@9000018=5555555500000003 w8@9000020=5555555500000004 w8@9000028=5555555500000005 w8@9000030=5555555500000006 w8@9000038=5555555500000007", "")]
    [InlineData("st64bv xzr, x0, [x9]", 0xF83FB120u, true, "x9=9000000", "w8@9000000=55555555 w8@9000008=100000055555555 w8@9000010=200000055555555 w8@9000018=300000055555555 w8@9000020=400000055555555 w8@9000028=500000055555555 w8@9000030=600000055555555 w8@9000038=700000055555555", "")]
    [InlineData("ld64b x0, [x9]", 0xF83FD120u, false, "x9=9000040", "r8@9000040 r8@9000048 r8@9000050 r8@9000058 r8@9000060 r8@9000068 r8@9000070 r8@9000078", "x0=c7c6c5c4c3c2c1c0 x1=cfcecdcccbcac9c8 x2=d7d6d5d4d3d2d1d0 x3=dfdedddcdbdad9d8 x4=e7e6e5e4e3e2e1e0 x5=efeeedecebeae9e8 x6=f7f6f5f4f3f2f1f0 x7=fffefdfcfbfaf9f8")]
    [InlineData("ld64b x0, [x9]", 0xF83FD120u, true, "x9=9000040", "r8@9000040 r8@9000048 r8@9000050 r8@9000058 r8@9000060 r8@9000068 r8@9000070 r8@9000078", "x0=c0c1c2c3c4c5c6c7 x1=c8c9cacbcccdcecf x2=d0d1d2d3d4d5d6d7 x3=d8d9dadbdcdddedf x4=e0e1e2e3e4e5e6e7 x5=e8e9eaebecedeeef x6=f0f1f2f3f4f5f6f7 x7=f8f9fafbfcfdfeff")]
    [InlineData("st64b x0, [x9]", 0xF83F9120u, false, "x9=9000040", "w8@9000040=5555555500000000 w8@9000048=5555555500000001 w8@9000050=5555555500000002 w8@9000058=5555555500000003 w8@9000060=5555555500000004 w8@9000068=5555555500000005 w8@9000070=5555555500000006 w8@9000078=5555555500000007", "")]
    [InlineData("st64b x0, [x9]", 0xF83F9120u, true, "x9=9000040", "w8@9000040=55555555 w8@9000048=100000055555555 w8@9000050=200000055555555 w8@9000058=300000055555555 w8@9000060=400000055555555 w8@9000068=500000055555555 w8@9000070=600000055555555 w8@9000078=700000055555555", "")]
    [InlineData("st64bv x10, x0, [x9]", 0xF82AB120u, false, "x9=9000040", "w8@9000040=5555555500000000 w8@9000048=5555555500000001 w8@9000050=5555555500000002 w8@9000058=5555555500000003 w8@9000060=5555555500000004 w8@9000068=5555555500000005 w8@9000070=5555555500000006 w8@9000078=5555555500000007", "x10=0")]
    [InlineData("st64bv x10, x0, [x9]", 0xF82AB120u, true, "x9=9000040", "w8@9000040=55555555 w8@9000048=100000055555555 w8@9000050=200000055555555 w8@9000058=300000055555555 w8@9000060=400000055555555 w8@9000068=500000055555555 w8@9000070=600000055555555 w8@9000078=700000055555555", "x10=0")]
    [InlineData("st64bv xzr, x0, [x9]", 0xF83FB120u, false, "x9=9000040", "w8@9000040=5555555500000000 w8@9000048=5555555500000001 w8@9000050=5555555500000002 w8@9000058=5555555500000003 w8@9000060=5555555500000004 w8@9000068=5555555500000005 w8@9000070=5555555500000006 w8@9000078=5555555500000007", "")]
    [InlineData("st64bv xzr, x0, [x9]", 0xF83FB120u, true, "x9=9000040", "w8@9000040=55555555 w8@9000048=100000055555555 w8@9000050=200000055555555 w8@9000058=300000055555555 w8@9000060=400000055555555 w8@9000068=500000055555555 w8@9000070=600000055555555 w8@9000078=700000055555555", "")]
    [InlineData("ld64b x0, [x9]", 0xF83FD120u, false, "x9=ffffffffffffffc0", "r8@ffffffffffffffc0 r8@ffffffffffffffc8 r8@ffffffffffffffd0 r8@ffffffffffffffd8 r8@ffffffffffffffe0 r8@ffffffffffffffe8 r8@fffffffffffffff0 r8@fffffffffffffff8", "x0=c7c6c5c4c3c2c1c0 x1=cfcecdcccbcac9c8 x2=d7d6d5d4d3d2d1d0 x3=dfdedddcdbdad9d8 x4=e7e6e5e4e3e2e1e0 x5=efeeedecebeae9e8 x6=f7f6f5f4f3f2f1f0 x7=fffefdfcfbfaf9f8")]
    [InlineData("ld64b x0, [x9]", 0xF83FD120u, true, "x9=ffffffffffffffc0", "r8@ffffffffffffffc0 r8@ffffffffffffffc8 r8@ffffffffffffffd0 r8@ffffffffffffffd8 r8@ffffffffffffffe0 r8@ffffffffffffffe8 r8@fffffffffffffff0 r8@fffffffffffffff8", "x0=c0c1c2c3c4c5c6c7 x1=c8c9cacbcccdcecf x2=d0d1d2d3d4d5d6d7 x3=d8d9dadbdcdddedf x4=e0e1e2e3e4e5e6e7 x5=e8e9eaebecedeeef x6=f0f1f2f3f4f5f6f7 x7=f8f9fafbfcfdfeff")]
    [InlineData("st64b x0, [x9]", 0xF83F9120u, false, "x9=ffffffffffffffc0", "w8@ffffffffffffffc0=5555555500000000 w8@ffffffffffffffc8=5555555500000001 w8@ffffffffffffffd0=5555555500000002 w8@ffffffffffffffd8=5555555500000003 w8@ffffffffffffffe0=5555555500000004 w8@ffffffffffffffe8=5555555500000005 w8@fffffffffffffff0=5555555500000006 w8@fffffffffffffff8=5555555500000007", "")]
    [InlineData("st64b x0, [x9]", 0xF83F9120u, true, "x9=ffffffffffffffc0", "w8@ffffffffffffffc0=55555555 w8@ffffffffffffffc8=100000055555555 w8@ffffffffffffffd0=200000055555555 w8@ffffffffffffffd8=300000055555555 w8@ffffffffffffffe0=400000055555555 w8@ffffffffffffffe8=500000055555555 w8@fffffffffffffff0=600000055555555 w8@fffffffffffffff8=700000055555555", "")]
    [InlineData("st64bv x10, x0, [x9]", 0xF82AB120u, false, "x9=ffffffffffffffc0", "w8@ffffffffffffffc0=5555555500000000 w8@ffffffffffffffc8=5555555500000001 w8@ffffffffffffffd0=5555555500000002 w8@ffffffffffffffd8=5555555500000003 w8@ffffffffffffffe0=5555555500000004 w8@ffffffffffffffe8=5555555500000005 w8@fffffffffffffff0=5555555500000006 w8@fffffffffffffff8=5555555500000007", "x10=0")]
    [InlineData("st64bv x10, x0, [x9]", 0xF82AB120u, true, "x9=ffffffffffffffc0", "w8@ffffffffffffffc0=55555555 w8@ffffffffffffffc8=100000055555555 w8@ffffffffffffffd0=200000055555555 w8@ffffffffffffffd8=300000055555555 w8@ffffffffffffffe0=400000055555555 w8@ffffffffffffffe8=500000055555555 w8@fffffffffffffff0=600000055555555 w8@fffffffffffffff8=700000055555555", "x10=0")]
    [InlineData("st64bv xzr, x0, [x9]", 0xF83FB120u, false, "x9=ffffffffffffffc0", "w8@ffffffffffffffc0=5555555500000000 w8@ffffffffffffffc8=5555555500000001 w8@ffffffffffffffd0=5555555500000002 w8@ffffffffffffffd8=5555555500000003 w8@ffffffffffffffe0=5555555500000004 w8@ffffffffffffffe8=5555555500000005 w8@fffffffffffffff0=5555555500000006 w8@fffffffffffffff8=5555555500000007", "")]
    [InlineData("st64bv xzr, x0, [x9]", 0xF83FB120u, true, "x9=ffffffffffffffc0", "w8@ffffffffffffffc0=55555555 w8@ffffffffffffffc8=100000055555555 w8@ffffffffffffffd0=200000055555555 w8@ffffffffffffffd8=300000055555555 w8@ffffffffffffffe0=400000055555555 w8@ffffffffffffffe8=500000055555555 w8@fffffffffffffff0=600000055555555 w8@fffffffffffffff8=700000055555555", "")]
    [InlineData("ld64b x22, [sp]", 0xF83FD3F6u, false, "sp=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018 r8@9000020 r8@9000028 r8@9000030 r8@9000038", "x22=8786858483828180 x23=8f8e8d8c8b8a8988 x24=9796959493929190 x25=9f9e9d9c9b9a9998 x26=a7a6a5a4a3a2a1a0 x27=afaeadacabaaa9a8 x28=b7b6b5b4b3b2b1b0 x29=bfbebdbcbbbab9b8")]
    [InlineData("ld64b x22, [sp]", 0xF83FD3F6u, true, "sp=9000000", "r8@9000000 r8@9000008 r8@9000010 r8@9000018 r8@9000020 r8@9000028 r8@9000030 r8@9000038", "x22=8081828384858687 x23=88898a8b8c8d8e8f x24=9091929394959697 x25=98999a9b9c9d9e9f x26=a0a1a2a3a4a5a6a7 x27=a8a9aaabacadaeaf x28=b0b1b2b3b4b5b6b7 x29=b8b9babbbcbdbebf")]
    [InlineData("st64b x22, [sp]", 0xF83F93F6u, false, "sp=9000000", "w8@9000000=5555555500000016 w8@9000008=5555555500000017 w8@9000010=5555555500000018 w8@9000018=5555555500000019 w8@9000020=555555550000001a w8@9000028=555555550000001b w8@9000030=555555550000001c w8@9000038=555555550000001d", "")]
    [InlineData("st64b x22, [sp]", 0xF83F93F6u, true, "sp=9000000", "w8@9000000=1600000055555555 w8@9000008=1700000055555555 w8@9000010=1800000055555555 w8@9000018=1900000055555555 w8@9000020=1a00000055555555 w8@9000028=1b00000055555555 w8@9000030=1c00000055555555 w8@9000038=1d00000055555555", "")]
    public void Ls64_is_what_the_manual_says(string text, uint opcode, bool bigEndian, string registers, string transactions, string changes) =>
        PatternCase.Check(text, opcode, PatternCase.Perform with { BigEndian = bigEndian }, registers, transactions, changes);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_single_transaction_has_the_same_bytes_as_eight(bool bigEndian)
    {
        A64Machine split = new A64Machine().With("x9=9000000");
        split.Options = PatternCase.Perform with { BigEndian = bigEndian };
        A64Machine single = split.Clone();
        single.Options = split.Options with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction };

        foreach (A64Machine machine in (A64Machine[])[split, single])
        {
            machine.Execute(0xF83FD120).Should().Be(EmulationStatus.Completed); // ld64b x0, [x9]
            machine.With("x9=9000100");
            machine.Execute(0xF83F9120).Should().Be(EmulationStatus.Completed); // st64b x0, [x9]
        }

        single.RegisterText().Should().Be(split.RegisterText());
        single.Memory.Should().Equal(split.Memory);
        single.Bytes(0x9000100, 64).Should().Equal(single.Bytes(0x9000000, 64));
        single.Transactions.Should().HaveCount(2).And.Subject.Should().Contain("r64@9000000");
        split.Transactions.Should().HaveCount(16);
    }

    [Theory]
    [InlineData(0xF82AB120u, 0ul, 0ul)] // st64bv x10, x0, [x9]
    [InlineData(0xF82AB120u, 1ul, 1ul)]
    [InlineData(0xF82AA120u, 0xFFFF_FFFF_FFFF_FFFFul, 0xFFFF_FFFF_FFFF_FFFFul)] // st64bv0 x10, x0, [x9]
    public void The_device_answers_a_store_with_status(uint opcode, ulong answer, ulong status)
    {
        A64Machine machine = new A64Machine { DeviceStatus = answer }.With("x9=9000000 x10=5");
        machine.Options = PatternCase.Perform with { SixtyFourBytes = SixtyFourBytePolicy.SingleTransaction };

        machine.Execute(opcode).Should().Be(EmulationStatus.Completed);

        machine.Registers.GetX(10).Should().Be(status);
    }

    [Theory]
    [InlineData(false, "w8@9000000=11111111abcdef01")]
    [InlineData(true, "w8@9000000=1efcdab11111111")]
    public void St64bv0_stores_ACCDATA_in_the_low_word_of_the_first_register(bool bigEndian, string first)
    {
        A64Machine machine = new A64Machine().With("x0=1111111122222222 x9=9000000");
        machine.Registers.SetSystemRegister(SystemRegister.AccdataEl1, 0xFFFFFFFF_ABCDEF01);
        machine.Options = PatternCase.Perform with { BigEndian = bigEndian };

        machine.Execute(0xF82AA120).Should().Be(EmulationStatus.Completed); // st64bv0 x10, x0, [x9]

        machine.Transactions[0].Should().Be(first);
        machine.Registers.GetX(0).Should().Be(0x1111111122222222);
    }

    [Theory]
    [InlineData(0xF83FD120u, false)]
    [InlineData(0xF83F9120u, true)]
    [InlineData(0xF82AB120u, true)]
    public void The_default_is_the_fault_of_memory_that_does_not_support_it(uint opcode, bool isWrite)
    {
        A64Machine machine = new A64Machine { Options = default }.With("x9=9000000");

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.UnsupportedExclusiveOrAtomic, 0x9000000, isWrite));
        machine.Transactions.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0xF83FD120u, 0x9000020ul, false)]
    [InlineData(0xF83F9120u, 0x9000008ul, true)]
    public void The_address_must_be_a_multiple_of_64(uint opcode, ulong address, bool isWrite)
    {
        A64Machine machine = new A64Machine { Options = PatternCase.Perform with { Unaligned = UnalignedPolicy.Pass } };
        machine.Registers.SetX(9, address);

        machine.Execute(opcode).Should().Be(EmulationStatus.Fault);

        machine.Plan.Fault.Should().Be(EmulationFault.DataAbort(FaultStatusCode.Alignment, address, isWrite));
    }
}
